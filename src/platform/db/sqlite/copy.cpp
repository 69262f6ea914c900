#include "platform/db/sqlite/copy.hpp"

#include "platform/db/sqlite/schema.hpp"
#include "platform/db/table.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace stoa::db::sqlite {

namespace {

constexpr int kPagesAtOnce = 1'024;

const OnRow kIgnore = [](const Row&) {};

const Query kPageSize{"pragma page_size"};
const Query kSnapshot{"select count(*) from sqlite_master"};
const Query kTables{
    "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape "
    "'\\' and name <> 'schema_migrations' order by name"};
const Query kSteps{"select name from schema_migrations order by applied_at, name"};
const Query kNumbers{
    "insert into sqlite_sequence (name, seq) select name, 0 from sqlite_master "
    "where type = 'table' and sql like '%autoincrement%' "
    "and name not in (select name from sqlite_sequence)"};
const Query kHasNumbers{"select 1 from sqlite_master where name = 'sqlite_sequence'"};
const Query kGoOnLater{"update sqlite_sequence set seq = seq + $1"};

std::runtime_error unusable(const std::filesystem::path& file) {
    return std::runtime_error(
        fmt::format("the database '{}' can't be read (the reason is in the log): see what "
                    "'stoa check' says of it",
                    file.string()));
}

/// Copies page by page. A read transaction of the source must be open, or each write of others would make it begin anew.
void copy_pages(Connection& source, Connection& target, const OnBytes& on_bytes) {
    const std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)> backup(
        sqlite3_backup_init(target.native(), "main", source.native(), "main"),
        sqlite3_backup_finish);
    if (!backup) throw std::runtime_error(sqlite3_errmsg(target.native()));
    std::int64_t page_bytes = 0;
    source.run(kPageSize, {}, [&](const Row& row) { page_bytes = row.integer(0); });
    int result = SQLITE_OK;
    while (result == SQLITE_OK) {
        result = sqlite3_backup_step(backup.get(), kPagesAtOnce);
        const std::int64_t all = sqlite3_backup_pagecount(backup.get());
        const std::int64_t left = sqlite3_backup_remaining(backup.get());
        on_bytes(static_cast<std::uint64_t>((all - left) * page_bytes),
                 static_cast<std::uint64_t>(all * page_bytes));
    }
    if (result != SQLITE_DONE) throw std::runtime_error(sqlite3_errstr(result));
}

}  // namespace

void copy(const std::filesystem::path& from, const std::filesystem::path& to,
          const OnBytes& on_bytes) {
    try {
        Connection source(from, Connection::Use::look);
        source.execute("begin");
        source.run(kSnapshot, {}, kIgnore);
        Connection target(to, Connection::Use::fill);
        copy_pages(source, target, on_bytes);
        // Or whoever looks at it would make files for a log beside it.
        target.execute("pragma journal_mode = delete");
    } catch (const Problem&) {
        throw unusable(from);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(
            fmt::format("can't copy the database '{}': {}", from.string(), error.what()));
    }
}

Contents contents_of(const std::filesystem::path& file, const std::filesystem::path& original) {
    Contents contents;
    std::vector<std::unique_ptr<Query>> counts;  // they outlive the connection
    try {
        Connection connection(file, Connection::Use::look);
        connection.run(kSteps, {},
                       [&](const Row& row) { contents.steps.emplace_back(row.text(0)); });
        connection.run(kTables, {},
                       [&](const Row& row) { contents.rows.emplace_back(row.text(0), 0); });
        for (auto& table : contents.rows) {
            counts.push_back(
                std::make_unique<Query>("select count(*) from " + in_quotes(table.first)));
            connection.run(*counts.back(), {},
                           [&](const Row& row) { table.second = row.integer(0); });
        }
    } catch (const Problem&) {
        throw unusable(original);
    }
    return contents;
}

std::size_t missing_steps(const Options& options) {
    const auto file = database_file(options);
    try {
        Connection connection(file, Connection::Use::look);
        return missing_steps(connection, options.migrations).size();
    } catch (const Problem&) {
        throw unusable(file);
    }
}

void make_ready(const Options& options, std::span<const std::reference_wrapper<const Query>> steps,
                std::int64_t gap) {
    const auto file = database_file(options);
    try {
        migrate(file, options.migrations);
        Connection connection(file, Connection::Use::write);
        connection.execute("begin immediate");
        const std::array<Value, 1> now{Timestamp::now().milliseconds};
        for (const Query& step : steps) connection.run(step, now, kIgnore);
        bool has_numbers = false;
        connection.run(kHasNumbers, {}, [&](const Row&) { has_numbers = true; });
        if (has_numbers && gap > 0) {
            connection.run(kNumbers, {}, kIgnore);
            const std::array<Value, 1> later{gap};
            connection.run(kGoOnLater, later, kIgnore);
        }
        connection.execute("commit");
        connection.execute("pragma journal_mode = delete");
    } catch (const Problem&) {
        throw unusable(file);
    }
}

}  // namespace stoa::db::sqlite
