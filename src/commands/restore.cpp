#include "commands/backup/verification.hpp"
#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "platform/db/folder_lock.hpp"
#include "platform/db/postgres/dump.hpp"
#include "platform/db/sqlite/copy.hpp"
#include "platform/db/sqlite/database.hpp"
#include "platform/durable.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/private_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <list>
#include <memory>
#include <stdexcept>

namespace stoa {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// By how much numbers (of posts, messages, users) go on later: more than were given out between a backup and a loss, so that
/// a link from then never leads to something else.
constexpr std::int64_t kGap = 1'000'000;

struct RestoreOptions {
    DataFolder folder;
    fs::path from;
    bool may_replace = false;
    bool is_last = false;
};

Steps steps_of(std::string_view service, const RestoreOptions& options) {
    return options.is_last ? Steps{} : steps_after_restore(service);
}

std::int64_t gap_of(const RestoreOptions& options) { return options.is_last ? 0 : kGap; }

bool has_nothing(const fs::path& folder) { return !fs::exists(folder) || fs::is_empty(folder); }

/// The folder itself, whatever form its name has ("data" for "./data/") and whatever links lead to it: a link that changed places with a folder would leave the
/// data on another disk.
fs::path plain(const fs::path& folder) {
    const fs::path whole = fs::weakly_canonical(fs::absolute(folder));
    fs::path name = whole.has_filename() ? whole : whole.parent_path();
    if (!fs::is_symlink(name)) return name;
    throw std::runtime_error(
        fmt::format("'{}' is a link to '{}', where no folder is: make that, or remove the link",
                    name.string(), fs::read_symlink(name).string()));
}

void make_ready(const RestoreOptions& options, const Manifest& manifest, const fs::path& to) {
    for (const BackedUpFile& file : manifest.files) {
        const std::string_view service = service_of(file.name);
        if (service.empty()) continue;
        db::sqlite::make_ready(database_of(service, to), steps_of(service, options),
                               gap_of(options));
    }
}

/// Its data are whole at every moment: the old ones until the restored ones are on the disk, and then those.
void put_in_place(StagingFolder& staging, const fs::path& data) {
    const bool is_new = has_nothing(data);
    const fs::path& model = fs::exists(data) ? data : data.parent_path();
    // The folder last: until then nobody else can put a link into it.
    for (const auto& entry : fs::directory_iterator(staging.path())) {
        give_to_owner_of(model, entry.path());
    }
    give_to_owner_of(model, staging.path());
    if (is_new) {
        staging.place_at(data);
        return;
    }
    std::list<db::FolderLock> locks;  // until it has another name
    for (const std::string_view service : kServices) {
        if (was_in(service, data)) locks.emplace_back(data, service);
    }
    const fs::path before = fmt::format("{}.before-{}", data.string(), as_name(Timestamp::now()));
    staging.replace(data, before);
    fmt::print("What was in '{}' is in '{}' now: remove that when you don't need it any more.\n",
               data.string(), before.string());
}

void must_be_free(const RestoreOptions& options, const fs::path& data) {
    if (has_nothing(data)) return;
    if (!options.may_replace) {
        throw std::runtime_error(
            fmt::format("there are files in '{}' already: choose another folder with --data, or "
                        "give --replace, which keeps them in a folder beside it",
                        data.string()));
    }
    const auto is_data = [&](std::string_view service) { return was_in(service, data); };
    if (std::none_of(std::begin(kServices), std::end(kServices), is_data) &&
        !fs::exists(default_keys(data))) {
        throw std::runtime_error(
            fmt::format("what is in '{}' are no data of stoa: choose another folder with --data",
                        data.string()));
    }
    for (const std::string_view service : kServices) db::FolderLock::must_be_free(data, service);
}

/// The services whose schemas are in the dump.
std::vector<db::postgres::Part> parts_of(const RestoreOptions& options, const Manifest& manifest) {
    std::vector<db::postgres::Part> parts;
    for (const std::string_view service : kServices) {
        const auto is_its = [&](const TableRows& rows) {
            return rows.table.starts_with(fmt::format("{}.", service));
        };
        const auto& tables = manifest.files.front().tables;
        if (std::none_of(tables.begin(), tables.end(), is_its)) continue;
        parts.push_back(
            {database_at(service, options.folder.database), steps_of(service, options)});
    }
    return parts;
}

/// What is in the database can't be used with other keys. Gives what to write; nothing: they are there, or not in the backup.
std::string missing_keys(const RestoreOptions& options, const fs::path& copies) {
    const fs::path file = copies / kKeysInBackup;
    if (!fs::exists(file)) return "";
    std::string keys = read_plain_file(file);
    const fs::path place = options.folder.keys_file();
    if (!fs::exists(place)) return keys;
    if (read_plain_file(place) == keys) return "";
    throw std::runtime_error(
        fmt::format("the keys in '{}' are others than the backup's: move that "
                    "file away, or give another folder for them with --data",
                    place.string()));
}

void restore_to_database(const RestoreOptions& options, const Manifest& manifest) {
    if (options.may_replace) {
        throw std::runtime_error("a database is not replaced: give --database an empty one");
    }
    const auto parts = parts_of(options, manifest);
    if (parts.empty()) throw std::runtime_error("the backup has no schema: take another");
    const fs::path folder = plain(options.folder.path);
    const StagingFolder staging(fs::is_directory(folder) ? folder : folder.parent_path(),
                                ".stoa-restoring");
    copy_verified(options.from, manifest, staging.path());
    const std::string keys = missing_keys(options, staging.path());
    // First: interrupted, there are keys without data, and not data that nobody has the keys of.
    if (!keys.empty()) write_private_file(options.folder.keys_file(), keys);
    try {
        db::postgres::restore(parts, staging.path() / kDumpInBackup, gap_of(options));
    } catch (...) {
        std::error_code is_not_empty;
        if (!keys.empty()) fs::remove(options.folder.keys_file());
        fs::remove(options.folder.path, is_not_empty);
        throw;
    }
}

/// Of a backup without keys: those that are there stay.
void keep_keys(const Manifest& manifest, const fs::path& data, const fs::path& to) {
    const auto is_keys = [](const BackedUpFile& file) { return file.name == kKeysInBackup; };
    if (std::any_of(manifest.files.begin(), manifest.files.end(), is_keys)) return;
    if (fs::exists(default_keys(data))) {
        write_private_file(default_keys(to), read_plain_file(default_keys(data)));
    } else {
        fmt::print(
            "The backup has no keys: put keys.json into the folder before you start, or "
            "new ones are made.\n");
    }
}

void restore_to_folder(const RestoreOptions& options, const Manifest& manifest,
                       const fs::path& data) {
    become_owner_of(data.parent_path());
    must_be_free(options, data);
    StagingFolder staging(data.parent_path(), "." + data.filename().string() + ".restoring");
    copy_verified(options.from, manifest, staging.path());
    make_ready(options, manifest, staging.path());
    keep_keys(manifest, data, staging.path());
    note_backup(staging.path(), manifest.begun_at);
    put_in_place(staging, data);
}

void restore(const RestoreOptions& options) {
    spdlog::set_level(spdlog::level::warn);
    const auto since = Clock::now();
    const Manifest manifest = read_manifest(options.from);
    const bool is_dump = manifest.engine == "postgres";
    if (is_dump == options.folder.database.empty()) {
        throw std::runtime_error(fmt::format(
            "the backup is of {}: {}", is_dump ? "a PostgreSQL database" : "SQLite files",
            is_dump ? "give --database with an empty one"
                    : "restore it without --database; 'stoa migrate-data' then moves it to one"));
    }
    const fs::path data = plain(options.folder.path);
    if (is_dump) {
        restore_to_database(options, manifest);
    } else {
        restore_to_folder(options, manifest, data);
    }
    fmt::print("Restored in {:.1f} s: all that was acknowledged before {}.\n",
               std::chrono::duration<double>(Clock::now() - since).count(), manifest.begun_at);
    fmt::print("Start the server on it: stoa serve --data {}{}\n", data.string(),
               is_dump ? " --database and the same URI" : "");
}

}  // namespace

void add_restore(CLI::App& app) {
    CLI::App* command = app.add_subcommand("restore", "Make a data folder from a backup");
    const auto options = std::make_shared<RestoreOptions>();
    command->add_option("FROM", options->from, "The backup's folder")->type_name("")->required();
    add_place_options(*command, options->folder);
    command->add_flag("--replace", options->may_replace,
                      "If there is one already, move it to DIR.before-TIME");
    command->add_flag("--last", options->is_last,
                      "Nothing was written after the backup: log-ins stay good, numbers go on");
    command->footer(
        "Copies the backup and checks the copy before that takes its place. May be interrupted at "
        "any time:\n"
        "the folder is what it was, or restored.\n"
        "Everybody has to log in again, since nobody knows any more which log-ins have ended "
        "meanwhile, and\n"
        "new posts, messages and users get numbers from a million further on, since those in "
        "between may\n"
        "have been given out. Not so with --last, for a server that was stopped before its "
        "backup.");
    command->callback([options] { restore(*options); });
}

}  // namespace stoa
