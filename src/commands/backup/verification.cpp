#include "commands/backup/verification.hpp"

#include "commands/databases.hpp"
#include "commands/findings.hpp"
#include "platform/db/postgres/dump.hpp"
#include "platform/db/sqlite/check.hpp"
#include "platform/db/sqlite/copy.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace stoa {

namespace {

db::Finding rows_as_noted(const std::filesystem::path& folder, const BackedUpFile& file) {
    const auto contents = db::sqlite::contents_of(folder / file.name, folder / file.name);
    db::Finding finding;
    std::vector<TableRows> noted = file.tables;
    if (contents.rows.size() != noted.size()) finding.note("it has other tables");
    for (std::size_t i = 0; i < std::min(noted.size(), contents.rows.size()); ++i) {
        const auto& [table, rows] = contents.rows[i];
        if (table == noted[i].table && rows == noted[i].rows) continue;
        finding.note(
            fmt::format("{}: {} rows, {} noted of {}", table, rows, noted[i].rows, noted[i].table));
    }
    return finding;
}

/// Rules are those of the program's own schema; an older one is brought up to date when it is restored.
void check_database(const std::filesystem::path& folder, const BackedUpFile& file,
                    const db::CheckProgress& progress) {
    const std::string_view service = service_of(file.name);
    const auto options = database_of(service, folder);
    const std::size_t missing = db::sqlite::missing_steps(options);
    db::sqlite::check_copy(options, missing == 0 ? rules_of(service) : std::span<const db::Rule>{},
                           progress);
    progress.begun("every table has as many rows as were noted");
    progress.ended(rows_as_noted(folder, file));
    if (missing > 0) {
        fmt::print("{:<9} {} steps of the schema will run when it is restored\n", service, missing);
    }
}

/// What is in it can be checked where it was restored.
void must_be_readable(const std::filesystem::path& dump) {
    db::postgres::must_be_readable(dump);
    fmt::print("{:<13} can be read to its end\n", dump.filename().string());
}

/// How many of the databases are not sound.
int check_contents(const std::filesystem::path& folder, const Manifest& manifest) {
    Findings findings;
    for (const BackedUpFile& file : manifest.files) {
        const std::string_view service = service_of(file.name);
        if (file.name == kDumpInBackup) must_be_readable(folder / file.name);
        if (service.empty()) continue;
        findings.of(service, [&](const auto& progress) { check_database(folder, file, progress); });
    }
    return findings.unsound();
}

void verify(const std::filesystem::path& folder, const Manifest& manifest,
            const std::filesystem::path& copies) {
    int unsound = compare_with_manifest(folder, manifest, copies);
    if (unsound == 0) unsound = check_contents(copies.empty() ? folder : copies, manifest);
    if (unsound == 0) return;
    throw std::runtime_error(fmt::format(
        "{} of the checks did not come out well: the backup '{}' is not good; take another",
        unsound, folder.string()));
}

}  // namespace

void verify_backup(const std::filesystem::path& folder, const Manifest& manifest) {
    verify(folder, manifest, "");
}

void copy_verified(const std::filesystem::path& folder, const Manifest& manifest,
                   const std::filesystem::path& copies) {
    verify(folder, manifest, copies);
}

}  // namespace stoa
