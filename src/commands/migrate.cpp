#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "platform/db/postgres/upkeep.hpp"
#include "platform/db/sqlite/upkeep.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <stdexcept>

namespace stoa {

namespace {

struct UpgradeOptions {
    DataFolder folder;
    bool is_dry = false;
    bool is_back = false;
    bool loses_writes = false;
};

void print_line(std::string_view service, std::string_view what) {
    fmt::print("{:<9} {}\n", service, what);
}

std::vector<std::string> steps_of(std::string_view service, const DataFolder& folder) {
    if (!folder.database.empty()) {
        return db::postgres::steps_to_run(database_at(service, folder.database));
    }
    return db::sqlite::steps_to_run(database_of(service, folder.path));
}

void upgrade(std::string_view service, const DataFolder& folder) {
    if (!folder.database.empty()) {
        db::postgres::upgrade(database_at(service, folder.database));
        return;
    }
    const auto kept = db::sqlite::upgrade(database_of(service, folder.path));
    print_line(service, fmt::format("what it was before is kept in {}", kept.string()));
}

void migrate(const UpgradeOptions& options) {
    bool is_current = true;
    for (const std::string_view service : services_in(options.folder)) {
        const auto steps = steps_of(service, options.folder);
        if (steps.empty()) print_line(service, "is up to date");
        if (steps.empty()) continue;
        is_current = false;
        if (!options.is_dry) upgrade(service, options.folder);
        for (const std::string& step : steps) {
            print_line(service,
                       fmt::format("{} {}", step, options.is_dry ? "would run" : "has run"));
        }
    }
    if (!is_current && options.is_dry) fmt::print("Nothing was changed.\n");
}

void go_back(const DataFolder& folder, bool loses_writes) {
    if (!folder.database.empty()) {
        throw std::runtime_error(
            "a database has no copy to go back to: restore a backup that was made before, with "
            "'stoa restore' of the program that made it");
    }
    if (!loses_writes) {
        throw std::runtime_error(
            "what was written since the migration is lost by that, in the services that had steps "
            "to run and not in the others: names of accounts made since can be taken by somebody "
            "else, who then owns their posts. If nobody has used the site since, add "
            "--lose-writes; else restore a backup that was made before");
    }
    int services = 0;
    for (const std::string_view service : services_in(folder)) {
        const auto undone = db::sqlite::go_back(database_of(service, folder.path));
        if (!undone) continue;
        ++services;
        print_line(service, fmt::format("is what it was before; what was written since is in {}",
                                        undone->string()));
    }
    if (services == 0) {
        throw std::runtime_error(
            fmt::format("no copy of before a migration is in '{}': restore a backup instead",
                        folder.path.string()));
    }
    fmt::print("Start the version on it that was there before: this one would migrate again.\n");
}

}  // namespace

void add_migrate(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("migrate", "Bring the data's schema up to this version, or go back");
    const auto options = std::make_shared<UpgradeOptions>();
    add_place_options(*command, options->folder);
    CLI::Option* dry = command->add_flag("--dry-run", options->is_dry,
                                         "Only tell which steps would run; beside a server, too");
    CLI::Option* back = command->add_flag("--back", options->is_back,
                                          "Put the files back that were kept before the last");
    back->excludes(dry);
    command
        ->add_flag("--lose-writes", options->loses_writes,
                   "With --back: nothing was written since that matters")
        ->needs(back);
    command->footer(
        "'stoa serve' does the same at its start, but keeps no copy. Here each SQLite file that "
        "changes is\n"
        "copied first, to NAME.db.before-STEP, for --back; the server must be stopped. In a "
        "PostgreSQL database\n"
        "each schema changes in one transaction; the way back is a backup that was made before. "
        "Interrupted,\n"
        "a database is what it was, or done. Ends with 0 if all is well, else with 1.");
    command->callback([options] {
        spdlog::set_level(spdlog::level::warn);
        enter(options->folder);
        options->is_back ? go_back(options->folder, options->loses_writes) : migrate(*options);
    });
}

}  // namespace stoa
