#include "commands/backup/manifest.hpp"
#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "commands/progress.hpp"
#include "platform/db/postgres/dump.hpp"
#include "platform/db/sqlite/copy.hpp"
#include "platform/durable.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/private_file.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace stoa {

namespace {

using Clock = std::chrono::steady_clock;

struct BackupOptions {
    DataFolder folder;
    std::filesystem::path destination;
    bool has_keys = true;
};

void print_file(const BackedUpFile& file) {
    std::int64_t rows = 0;
    for (const TableRows& table : file.tables) rows += table.rows;
    fmt::print("{:<13} {:>12}{}\n", file.name, told_bytes(file.bytes),
               file.tables.empty() ? "" : fmt::format("  {} rows", rows));
    std::fflush(stdout);
}

void note_contents(BackedUpFile& file, const db::Contents& contents) {
    file.steps.insert(file.steps.end(), contents.steps.begin(), contents.steps.end());
    for (const auto& [table, rows] : contents.rows) file.tables.push_back({table, rows});
}

BackedUpFile copy_database(std::string_view service, const std::filesystem::path& data,
                           const std::filesystem::path& to) {
    const auto from = db::sqlite::database_file(database_of(service, data));
    const auto file = to / from.filename();
    const auto as_of = Timestamp::now();
    {
        std::unique_ptr<Progress> progress;
        std::uint64_t copied = 0;
        db::sqlite::copy(from, file, [&](std::uint64_t bytes, std::uint64_t all) {
            if (!progress) {
                progress = std::make_unique<Progress>(fmt::format("bytes of {}", service), all);
            }
            progress->advance(bytes - copied);
            copied = bytes;
        });
    }
    BackedUpFile noted = noted_of(file);
    noted.as_of = as_of.str();
    note_contents(noted, db::sqlite::contents_of(file, from));
    return noted;
}

std::vector<BackedUpFile> copy_files(const std::filesystem::path& data,
                                     const std::filesystem::path& to) {
    const auto services = services_in({.path = data});
    std::vector<BackedUpFile> files;
    for (const std::string_view service : kCopyOrder) {
        if (std::find(services.begin(), services.end(), service) == services.end()) continue;
        files.push_back(copy_database(service, data, to));
        print_file(files.back());
    }
    return files;
}

std::vector<BackedUpFile> dump_database(const std::string& uri, const std::filesystem::path& to) {
    const auto file = to / kDumpInBackup;
    const auto as_of = Timestamp::now();
    const auto contents = db::postgres::dump(uri, kCopyOrder, file);
    BackedUpFile noted = noted_of(file);
    noted.as_of = as_of.str();
    note_contents(noted, contents);
    print_file(noted);
    return {noted};
}

/// The keys belong to the users: a folder without them need not have any.
void copy_keys(const BackupOptions& options, std::vector<BackedUpFile>& files,
               const std::filesystem::path& to) {
    const bool has_users = std::any_of(files.begin(), files.end(), [](const BackedUpFile& file) {
        return file.name == "users.db" || file.name == kDumpInBackup;
    });
    if (!options.has_keys || !has_users) return;
    const auto keys = options.folder.keys_file();
    if (!std::filesystem::exists(keys)) {
        throw std::runtime_error(
            fmt::format("the keys that tokens are signed with are not at '{}': name their file "
                        "with --keys, or leave them out with --no-keys if they are kept elsewhere",
                        keys.string()));
    }
    const auto file = to / kKeysInBackup;
    const auto as_of = Timestamp::now();
    write_private_file(file, read_plain_file(keys));
    files.push_back(noted_of(file));
    files.back().as_of = as_of.str();
    print_file(files.back());
}

/// The backup is good without it, but whoever watches its age is misled.
void note(const DataFolder& folder, const Manifest& manifest) {
    if (!std::filesystem::is_directory(folder.path))
        return;  // of a database whose keys are elsewhere
    try {
        become_owner_of(folder.path);
        note_backup(folder.path, manifest.begun_at);
    } catch (const std::runtime_error& error) {
        fmt::print(stderr, "stoa: the backup's time is not noted for the server's metrics: {}\n",
                   error.what());
    }
}

/// Who owns a folder could put a link in root's way there: so root makes nothing in it, but becomes that one.
void enter_destination(const BackupOptions& options) {
    // A database asks who connects to it.
    if (!options.folder.database.empty()) return;
    make_private_folder(options.destination);
    become_owner_of(options.destination);
    if (::access(options.folder.path.c_str(), R_OK | X_OK) == 0 || errno != EACCES) return;
    throw std::runtime_error(
        fmt::format("'{}' can't be read by whoever this folder belongs to: choose a folder of "
                    "root's, or of the owner of that",
                    options.folder.path.string()));
}

void make_backup(const BackupOptions& options) {
    const auto since = Clock::now();
    must_be_here(options.folder);
    enter_destination(options);
    Manifest manifest;
    manifest.program = fmt::format("{} ({})", kVersion, kCommit);
    const auto begun_at = Timestamp::now();
    manifest.begun_at = begun_at.str();
    const auto place = options.destination / as_name(begun_at);
    StagingFolder staging(options.destination, ".stoa-backup");
    const DataFolder& folder = options.folder;
    manifest.engine = folder.database.empty() ? "sqlite" : "postgres";
    manifest.files = folder.database.empty() ? copy_files(folder.path, staging.path())
                                             : dump_database(folder.database, staging.path());
    copy_keys(options, manifest.files, staging.path());
    manifest.ended_at = Timestamp::now().str();
    write_manifest(staging.path(), manifest);
    // So that who keeps the backups can remove them.
    for (const BackedUpFile& file : manifest.files) {
        give_to_owner_of(options.destination, staging.path() / file.name);
    }
    give_to_owner_of(options.destination, staging.path() / Manifest::kFile);
    give_to_owner_of(options.destination, staging.path());
    staging.place_at(place);
    std::int64_t bytes = 0;
    for (const BackedUpFile& file : manifest.files) bytes += file.bytes;
    fmt::print("{}: {} in {:.1f} s. Keep it as safe as the site: it has everybody's data{}.\n",
               place.string(), told_bytes(bytes),
               std::chrono::duration<double>(Clock::now() - since).count(),
               manifest.files.back().name == kKeysInBackup ? " and the keys" : "");
    note(options.folder, manifest);
}

void backup(const BackupOptions& options) {
    spdlog::set_level(spdlog::level::warn);
    try {
        make_backup(options);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(fmt::format("no backup was made in '{}': {}",
                                             options.destination.string(), error.what()));
    }
}

}  // namespace

void add_backup(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("backup", "Copy all data to a folder, while the server goes on");
    const auto options = std::make_shared<BackupOptions>();
    command
        ->add_option("DEST", options->destination,
                     "Folder for backups: each is a folder in it, named by its time")
        ->type_name("")
        ->required();
    add_data_folder_options(*command, options->folder);
    add_database_option(*command, options->folder)->envname("STOA_DATABASE");
    command->add_flag("!--no-keys", options->has_keys,
                      "Leave out the signing keys, which are kept elsewhere");
    command->footer(
        "Has all that was acknowledged before it began. Nothing that looks like a backup is there "
        "until it\n"
        "is whole and on the disk, and an existing one is never touched; so it may be interrupted. "
        "It holds\n"
        "everybody's data, hashes of passwords and the signing keys. Ends with 0 if it was made, "
        "else with 1.\n"
        "  stoa verify-backup DEST/TIME              is it whole, and in agreement with itself?\n"
        "  stoa restore --data DIR DEST/TIME         the way back");
    command->callback([options] { backup(*options); });
}

}  // namespace stoa
