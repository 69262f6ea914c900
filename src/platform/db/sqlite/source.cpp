#include "platform/db/sqlite/source.hpp"

#include "platform/db/sqlite/schema.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>
#include <stdexcept>

namespace stoa::db::sqlite {

namespace {

std::runtime_error unreadable(const std::filesystem::path& file) {
    return std::runtime_error(
        fmt::format("the database '{}' can't be read (the reason is in the log): see what "
                    "'stoa check' says of it",
                    file.string()));
}

/// Runs a query, with errors for a command instead of a client.
void run_on(Connection& connection, const std::filesystem::path& file, const Query& query,
            std::span<const Value> values, const OnRow& on_row) {
    try {
        connection.run(query, values, on_row);
    } catch (const Problem&) {
        throw unreadable(file);
    }
}

/// A query that is run once, on a connection of its own: queries that were prepared must outlive their connection.
void run_once(const std::filesystem::path& file, const std::string& sql,
              std::span<const Value> values, const OnRow& on_row) {
    const Query query(sql);
    Connection connection(file, Connection::Use::look);
    run_on(connection, file, query, values, on_row);
}

void must_be_current(const std::filesystem::path& file, const Options& options) {
    try {
        Connection connection(file, Connection::Use::look);
        if (missing_steps(connection, options.migrations).empty()) return;
    } catch (const Problem&) {
        throw unreadable(file);
    }
    throw std::runtime_error(
        fmt::format("the schema of the database '{}' is older than this program: start the server "
                    "on it once, which brings it up to date, and stop it again",
                    file.string()));
}

const std::string kColumns =
    "select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c "
    "where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' "
    "and t.name <> 'schema_migrations'";

using Names = std::map<std::string, std::set<std::string>>;  // of columns, by table

std::string difference(const Names& here, const Names& there) {
    for (const auto& [table, columns] : here) {
        const auto other = there.find(table);
        if (other == there.end()) return fmt::format("a table '{}'", table);
        for (const std::string& column : columns) {
            if (!other->second.contains(column)) {
                return fmt::format("a column '{}' in its table '{}'", column, table);
            }
        }
    }
    return "";
}

}  // namespace

Source::Source(const Options& options)
    : lock_(options.folder, options.name), file_(database_file(options)) {
    must_be_current(file_, options);
}

std::set<std::string> Source::tables() const {
    std::set<std::string> names;
    run_once(file_, kColumns, {}, [&](const Row& row) { names.emplace(row.text(0)); });
    return names;
}

void Source::must_have(std::span<const Table> tables) const {
    Names here;
    run_once(file_, kColumns, {},
             [&](const Row& row) { here[std::string(row.text(0))].emplace(row.text(1)); });
    Names there;
    for (const Table& table : tables) {
        for (const Column& column : table.columns) there[table.name].insert(column.name);
    }
    const auto refuse = [&](const std::string& what, std::string_view which) {
        if (what.empty()) return;
        throw std::runtime_error(fmt::format(
            "the database '{}' and the schema that its rows would go to don't fit: {} has {}",
            file_.string(), which, what));
    };
    refuse(difference(here, there), "only the file");
    refuse(difference(there, here), "only the schema");
}

std::uint64_t Source::count(const Table& table) const {
    std::int64_t rows = 0;
    run_once(file_, fmt::format("select count(*) from {}", in_quotes(table.name)), {},
             [&](const Row& row) { rows = row.integer(0); });
    return static_cast<std::uint64_t>(rows);
}

std::int64_t Source::last_number(const Table& table) const {
    std::int64_t last = 0;
    const std::vector<Value> name{table.name};
    run_once(file_, "select seq from sqlite_sequence where name = $1", name,
             [&](const Row& row) { last = row.integer(0); });
    return last;
}

Pages Source::pages(const Table& table, std::optional<Key> after) const {
    auto connection = std::make_shared<Connection>(file_, Connection::Use::look);
    const auto run = [connection, file = file_](const Query& query, std::span<const Value> values,
                                                const OnRow& on_row) {
        run_on(*connection, file, query, values, on_row);
    };
    return {table, run, std::move(after)};
}

}  // namespace stoa::db::sqlite
