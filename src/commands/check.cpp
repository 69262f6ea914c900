#include "platform/db/postgres/check.hpp"

#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "platform/db/sqlite/check.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace stoa {

namespace {

struct CheckOptions {
    DataFolder folder;
    bool repair = false;
};

/// Whether the service has data there.
bool exists(std::string_view service, const DataFolder& folder) {
    if (!folder.database.empty())
        return db::postgres::exists(database_at(service, folder.database));
    return std::filesystem::exists(db::sqlite::database_file(database_of(service, folder.path)));
}

void look_at(std::string_view service, const CheckOptions& options,
             const db::CheckProgress& progress) {
    const auto rules = rules_of(service);
    const DataFolder& folder = options.folder;
    if (folder.database.empty()) {
        db::sqlite::check(database_of(service, folder.path), rules, options.repair, progress);
    } else {
        db::postgres::check(database_at(service, folder.database), rules, options.repair, progress);
    }
}

std::string verdict(const db::Finding& finding) {
    if (finding.breaches == 0) return "yes";
    return fmt::format("no, {} {}{}", finding.breaches,
                       finding.breaches == 1 ? "breach" : "breaches",
                       finding.is_repaired ? ", repaired" : "");
}

/// Checks one service's database. Gives how many of the checks did not come out well.
int check_service(std::string_view service, const CheckOptions& options) {
    int unsound = 0;
    const auto begun = [&](std::string_view says) {
        fmt::print("{:<9} {:<52}", service, says);
        std::fflush(stdout);  // on a large database the answer takes a while
    };
    const auto ended = [&](const db::Finding& finding) {
        fmt::print("{}\n", verdict(finding));
        for (const std::string& example : finding.examples) fmt::print("          {}\n", example);
        const std::size_t untold = finding.breaches - finding.examples.size();
        if (untold > 0) fmt::print("          and {} more\n", untold);
        if (!finding.is_sound()) ++unsound;
    };
    try {
        look_at(service, options, {begun, ended});
    } catch (const std::runtime_error& error) {
        fmt::print(stderr, "stoa: {}\n", error.what());
        ++unsound;
    }
    return unsound;
}

void check(const CheckOptions& options) {
    int services = 0;
    int unsound = 0;
    for (const std::string_view service : kServices) {
        if (!exists(service, options.folder)) continue;
        ++services;
        unsound += check_service(service, options);
    }
    if (services == 0) {
        const DataFolder& folder = options.folder;
        throw std::runtime_error(
            folder.database.empty()
                ? fmt::format("there is no database in '{}': choose another folder with --data",
                              folder.path.string())
                : "there are no data of stoa in that database: choose another with --database");
    }
    if (unsound == 0) return;
    throw std::runtime_error(fmt::format(
        "{} of the checks did not come out well: {}", unsound,
        options.repair
            ? "what is left can't be derived anew; restore a backup"
            : "'stoa check --repair' derives anew what can be; for the rest, restore a backup"));
}

}  // namespace

void add_check(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("check", "Check the data: whole, and in agreement with itself");
    const auto options = std::make_shared<CheckOptions>();
    command->add_option("--data", options->folder.path, "Data folder")
        ->envname("STOA_DATA")
        ->type_name("DIR")
        ->capture_default_str();
    add_database_option(*command, options->folder)->envname("STOA_DATABASE");
    command->add_flag("--repair", options->repair,
                      "Derive anew what is derived: tallies from votes, and the like");
    command->footer(
        "Looks whether each service's file is whole and what is kept beside its sources (tallies, "
        "say) is\n"
        "what they make. Ends with 0 if all is well, with 1 if not. Changes nothing without "
        "--repair.\n"
        "A server on SQLite files must be stopped for it; one on a PostgreSQL database need not.");
    command->callback([options] { check(*options); });
}

}  // namespace stoa
