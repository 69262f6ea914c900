#include "platform/db/postgres/target.hpp"

#include "platform/db/postgres/catalog.hpp"
#include "platform/db/postgres/copy_in.hpp"
#include "platform/db/postgres/filling.hpp"
#include "platform/db/postgres/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

// The first number may be any that nothing else takes.
const Query kAlone{
    "select case when pg_try_advisory_lock(7378696, hashtext($1)) then 1 else 0 end"};
const Query kIsBeingFilled{fmt::format("select 1 where to_regclass('{}') is not null", kFilling)};
const Query kRows{fmt::format("select rows from {} where table_name = $1", kFilling)};
const Query kCount{
    fmt::format("insert into {0} (table_name, rows) values ($1, $2) "
                "on conflict (table_name) do update set rows = {0}.rows + excluded.rows",
                kFilling)};
// The sequence of an identity; quoted, as a name in SQL is.
const Query kLastNumber{
    "select coalesce(pg_sequence_last_value(pg_get_serial_sequence(quote_ident($1), "
    "$2)::regclass), "
    "0)"};
const Query kContinueAfter{"select setval(pg_get_serial_sequence(quote_ident($1), $2), $3)"};

const OnRow kIgnore = [](const Row&) {};

/// Who was killed may still be let go by the server: that takes a moment.
void keep_others_away(Direct& connection, std::string_view schema) {
    const std::array<Value, 1> name{std::string(schema)};
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (true) {
        bool is_alone = false;
        connection.run(kAlone, name, [&](const Row& row) { is_alone = row.integer(0) == 1; });
        if (is_alone) return;
        if (std::chrono::steady_clock::now() > until) {
            throw std::runtime_error(fmt::format(
                "another 'stoa migrate-data' fills the schema '{}' in the database: let it end",
                schema));
        }
        std::this_thread::sleep_for(100ms);
    }
}

}  // namespace

bool is_being_filled(Direct& connection) { return connection.has_row(kIsBeingFilled); }

Target::Target(const Options& options, const std::set<std::string>& tables) {
    const Servers servers(options.uri, options.name);
    connection_ = std::make_unique<Direct>(servers, options.patience);
    keep_others_away(*connection_, options.name);
    migrate(*connection_, options.name, options.migrations);
    tables_ = tables_of(*connection_, tables);
}

Target::~Target() = default;

Target::State Target::state() {
    if (is_being_filled(*connection_)) return State::begun;
    return is_empty() ? State::empty : State::filled;
}

bool Target::is_empty() {
    return std::none_of(tables_.begin(), tables_.end(), [this](const Table& table) {
        const Query any(fmt::format("select 1 from {} limit 1", in_quotes(table.name)));
        return connection_->has_row(any);
    });
}

void Target::begin() {
    connection_->execute("begin");
    connection_->execute(fmt::format("truncate {}", list_of_tables(*connection_)));
    connection_->execute(fmt::format(
        "create table {} (table_name text collate \"C\" primary key, rows bigint not null)",
        kFilling));
    connection_->execute("commit");
}

Target::Progress Target::progress(const Table& table) {
    Progress progress;
    const std::array<Value, 1> name{table.name};
    connection_->run(kRows, name, [&](const Row& row) {
        progress.rows = static_cast<std::uint64_t>(row.integer(0));
    });
    const Query last(fmt::format("select {} from {} order by {} limit 1", table.key_list(),
                                 in_quotes(table.name), table.key_list(" desc")));
    connection_->run(last, {}, [&](const Row& row) { progress.last = key_of(table, row); });
    return progress;
}

std::size_t Target::add(const Table& table, const Fill& fill) {
    connection_->execute("begin");
    CopyIn copy(*connection_, table);
    const std::size_t rows = fill([&](const Row& row) { copy.add(row); });
    copy.end();
    const std::array<Value, 2> count{table.name, static_cast<std::int64_t>(rows)};
    connection_->run(kCount, count, kIgnore);
    connection_->execute("commit");
    return rows;
}

std::int64_t Target::last_number(const Table& table) {
    std::int64_t last = 0;
    const std::array<Value, 2> column{table.name, table.numbered};
    connection_->run(kLastNumber, column, [&](const Row& row) { last = row.integer(0); });
    return last;
}

void Target::continue_after(const Table& table, std::int64_t number) {
    if (number <= last_number(table)) return;
    const std::array<Value, 3> values{table.name, table.numbered, number};
    connection_->run(kContinueAfter, values, kIgnore);
}

void Target::analyze() {
    for (const Table& table : tables_) {
        connection_->execute(fmt::format("analyze {}", in_quotes(table.name)));
    }
}

Pages Target::pages(const Table& table) {
    const auto run = [this](const Query& query, std::span<const Value> values,
                            const OnRow& on_row) { connection_->run(query, values, on_row); };
    return {table, run};
}

void Target::finish() { connection_->execute(fmt::format("drop table {}", kFilling)); }

}  // namespace stoa::db::postgres
