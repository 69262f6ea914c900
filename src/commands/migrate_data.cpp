#include "commands/commands.hpp"
#include "commands/databases.hpp"
#include "commands/migrate/move.hpp"
#include "commands/site.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace stoa {

namespace {

struct MigrateOptions {
    std::string from = "sqlite";
    std::string to;
    std::filesystem::path data = "./data";
};

using Moves = std::vector<std::unique_ptr<Move>>;

/// One for each service whose file is in the folder. All of them are held before anything is copied.
Moves moves_of(const MigrateOptions& options) {
    Moves moves;
    for (const std::string_view service : services_in({.path = options.data})) {
        moves.push_back(std::make_unique<Move>(service, options.data, options.to));
    }
    return moves;
}

/// Rows that are there already must be those of a move that has finished. Gives the moves that are left.
Moves without_finished(Moves moves) {
    int differing = 0;
    Moves left;
    for (auto& move : moves) {
        if (!move->is_target_filled()) {
            left.push_back(std::move(move));
        } else {
            differing += move->verify();
        }
    }
    if (differing == 0) return left;
    throw std::runtime_error(
        "the database has rows already, and they are not those of the files: of another site, or "
        "of this one, which has been used there since. Nothing was changed. Give --to another, "
        "empty "
        "database, or remove what is there: drop schema posts, votes, users, messages cascade");
}

void verify(const Moves& moves) {
    int differing = 0;
    for (const auto& move : moves) differing += move->verify();
    if (differing == 0) return;
    throw std::runtime_error(fmt::format(
        "in {} of the tables the copy is not what the files are: was the site used on them after "
        "the copying began, or the database by somebody else? Begin anew: drop schema posts, "
        "votes, "
        "users, messages cascade in the database, and run the same again",
        differing));
}

void migrate_data(const MigrateOptions& options) {
    spdlog::set_level(spdlog::level::warn);
    const Moves moves = without_finished(moves_of(options));
    for (const auto& move : moves) move->copy();
    verify(moves);
    for (const auto& move : moves) move->finish();
    note_moved(options.data, true);
    fmt::print(
        "{}. Start the server with --database and the same URI, and with the same --data for "
        "the keys.\n",
        moves.empty() ? "All is there already, moved by a run before, and the same"
                      : "All is there, and the same");
}

}  // namespace

void add_migrate_data(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "migrate-data", "Move the data of a server that is not running to PostgreSQL");
    const auto options = std::make_shared<MigrateOptions>();
    command->add_option("--from", options->from, "What the data are in: sqlite")
        ->type_name("ENGINE")
        ->check(CLI::IsMember({"sqlite"}))
        ->capture_default_str();
    command
        ->add_option("--to", options->to,
                     "The database, which is empty or isn't used yet: "
                     "postgresql://USER@HOST:PORT,HOST:PORT/DATABASE")
        ->type_name("URI")
        ->required();
    command->add_option("--data", options->data, "Data folder")
        ->envname("STOA_DATA")
        ->type_name("DIR")
        ->capture_default_str();
    command->footer(
        "For a site that has grown: copies every row of the services that have a file in the\n"
        "folder, then reads both sides and compares row by row. The files are never changed.\n"
        "  1. Stop the server. From here on the site is down, for about a minute and a half for\n"
        "     each million posts and five million votes.\n"
        "  2. stoa migrate-data --data DIR --to URI\n"
        "  3. stoa serve --data DIR --database URI\n"
        "     The same folder, for the keys: log-ins and tokens stay good.\n"
        "It may be interrupted or killed, and run again: it goes on where it was. Before it has\n"
        "ended well no server starts on the database; without --database one starts as before.\n"
        "Ends with 0 if all is there and the same, with 1 if not.");
    command->callback([options] { migrate_data(*options); });
}

}  // namespace stoa
