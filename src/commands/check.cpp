#include "platform/db/postgres/check.hpp"

#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "commands/findings.hpp"
#include "platform/db/folder_lock.hpp"
#include "platform/db/sqlite/check.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace stoa {

namespace {

struct CheckOptions {
    DataFolder folder;
    bool repair = false;
};

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

void look_across(const CheckOptions& options, const db::CheckProgress& progress) {
    const auto rules = rules_of_votes_and_users();
    const DataFolder& folder = options.folder;
    if (folder.database.empty()) {
        db::sqlite::check_across(database_of("votes", folder.path),
                                 database_of("users", folder.path), rules, options.repair,
                                 progress);
    } else {
        db::postgres::check(database_at("votes", folder.database), rules, options.repair, progress);
    }
}

/// What a server changes meanwhile can't be told from what is wrong.
void must_be_free(const std::vector<std::string_view>& services, const DataFolder& folder) {
    if (!folder.database.empty()) return;
    try {
        for (const std::string_view service : services) {
            db::FolderLock::must_be_free(folder.path, service);
        }
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(
            fmt::format("nothing was checked: {}; or check a copy, for which it need not stop: "
                        "'stoa backup', then 'stoa verify-backup'",
                        error.what()));
    }
}

void check(const CheckOptions& options) {
    enter(options.folder);
    Findings findings;
    const auto services = services_in(options.folder);
    must_be_free(services, options.folder);
    for (const std::string_view service : services) {
        findings.of(service, [&](const auto& progress) { look_at(service, options, progress); });
    }
    const auto has = [&](std::string_view service) {
        return std::find(services.begin(), services.end(), service) != services.end();
    };
    if (findings.unsound() == 0 && has("votes") && has("users")) {
        findings.of("users", [&](const auto& progress) { look_across(options, progress); });
    }
    if (findings.unsound() == 0) return;
    throw std::runtime_error(fmt::format(
        "{} of the checks did not come out well: {}", findings.unsound(),
        options.repair
            ? "what is left can't be derived anew; restore a backup"
            : "'stoa check --repair' derives anew what can be; for the rest, restore a backup"));
}

}  // namespace

void add_check(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("check", "Check the data: whole, and in agreement with itself");
    const auto options = std::make_shared<CheckOptions>();
    add_place_options(*command, options->folder);
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
