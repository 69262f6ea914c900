#include "commands/backup/manifest.hpp"
#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "platform/db/postgres/upkeep.hpp"
#include "platform/db/sqlite/upkeep.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>

namespace stoa {

namespace {

void print_sizes(std::string_view service, const db::Sizes& sizes) {
    fmt::print("{:<9} {:>12} before, {:>12} now\n", service, told_bytes(sizes.before),
               told_bytes(sizes.after));
    std::fflush(stdout);
}

void vacuum(const DataFolder& folder) {
    spdlog::set_level(spdlog::level::warn);
    enter(folder);
    for (const std::string_view service : services_in(folder)) {
        if (folder.database.empty()) {
            print_sizes(service, db::sqlite::vacuum(database_of(service, folder.path)));
        } else {
            print_sizes(service, db::postgres::vacuum(database_at(service, folder.database)));
        }
    }
}

}  // namespace

void add_vacuum(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("vacuum", "Give the room of what was deleted back, and plan anew");
    const auto folder = std::make_shared<DataFolder>();
    add_place_options(*command, *folder);
    command->footer(
        "Writes each SQLite file anew beside itself, for which there must be room, and puts it in "
        "its place;\n"
        "the server must be stopped for it. Of a PostgreSQL database 'vacuum (analyze)', beside "
        "running servers.\n"
        "May be interrupted: then a file is what it was. Ends with 0 if all was done, else with "
        "1.");
    command->callback([folder] { vacuum(*folder); });
}

}  // namespace stoa
