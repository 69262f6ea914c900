#include "platform/db/postgres/dump.hpp"

#include "platform/db/postgres/filling.hpp"
#include "platform/db/postgres/program.hpp"
#include "platform/db/postgres/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace stoa::db::postgres {

namespace {

// A large table takes a while.
constexpr std::chrono::minutes kPatience{60};

const OnRow kIgnore = [](const Row&) {};

const Query kSnapshot{"select pg_export_snapshot()"};
// Not what is of no use after a crash.
const Query kTables{
    "select quote_ident(relname) from pg_class where relnamespace = current_schema()::regnamespace "
    "and relkind = 'r' and relpersistence = 'p' and relname <> 'schema_migrations' "
    "order by relname"};
const Query kSteps{"select name from schema_migrations order by applied_at, name"};
const Query kGoOnLater{
    "select setval(format('%I.%I', schemaname, sequencename)::regclass, "
    "coalesce(last_value, 0) + $1) from pg_sequences where schemaname = current_schema()"};

void must_be_whole(Direct& connection, std::string_view schema) {
    if (!is_being_filled(connection)) return;
    throw std::runtime_error(
        fmt::format("the schema '{}' in the database has not all its rows yet: let what fills it "
                    "come to its end first",
                    schema));
}

void look_into(Direct& connection, std::string_view schema, Contents& contents) {
    connection.execute(fmt::format("set search_path to {}", schema));
    must_be_whole(connection, schema);
    connection.run(kSteps, {}, [&](const Row& row) { contents.steps.emplace_back(row.text(0)); });
    std::vector<std::string> tables;
    connection.run(kTables, {}, [&](const Row& row) { tables.emplace_back(row.text(0)); });
    for (const std::string& table : tables) {
        const Query count(fmt::format("select count(*) from {}", table));
        connection.run(count, {}, [&](const Row& row) {
            contents.rows.emplace_back(fmt::format("{}.{}", schema, table), row.integer(0));
        });
    }
}

/// So that no server starts on them before all is there.
void make_schemas(Direct& connection, std::span<const Part> parts) {
    for (const Part& part : parts) {
        if (!has_schema(connection, part.options.name)) continue;
        throw std::runtime_error(fmt::format(
            "the database has a schema '{}' already: give another, empty database, or, if what is "
            "there may go (it is of a restore that was interrupted, say), remove it before: drop "
            "schema posts, votes, users, messages cascade",
            part.options.name));
    }
    connection.execute("begin");
    for (const Part& part : parts) {
        connection.execute(fmt::format(
            "create schema {0}; create table {0}.{1} (table_name text primary key, rows bigint)",
            part.options.name, kFilling));
    }
    connection.execute("commit");
}

void fill(std::span<const Part> parts, const std::filesystem::path& file) {
    const std::string& uri = parts.front().options.uri;
    Program program{"pg_restore",
                    {"--single-transaction", "--no-owner", "--no-privileges", "--no-password",
                     "--dbname=" + database_name(uri)},
                    uri};
    for (const Part& part : parts) {
        program.arguments.push_back(fmt::format("--schema={}", part.options.name));
    }
    program.arguments.push_back(file.string());
    run(program);
}

void run_steps(Direct& connection, const Part& part, std::int64_t gap) {
    connection.execute(fmt::format("set local search_path to {}", part.options.name));
    const std::array<Value, 1> now{Timestamp::now().milliseconds};
    for (const Query& step : part.steps) {
        const bool has_time = step.sql.find("$1") != std::string::npos;
        connection.run(step, std::span(now).first(has_time ? 1 : 0), kIgnore);
    }
    const std::array<Value, 1> later{gap};
    if (gap > 0) connection.run(kGoOnLater, later, kIgnore);
    connection.execute(fmt::format("drop table {}", kFilling));
}

}  // namespace

Contents dump(const std::string& uri, std::span<const std::string_view> schemas,
              const std::filesystem::path& file) {
    Servers servers(uri, "public");
    Direct connection(servers, kPatience);
    connection.execute("begin isolation level repeatable read read only");
    std::string snapshot;
    connection.run(kSnapshot, {}, [&](const Row& row) { snapshot = row.text(0); });
    Program program{
        "pg_dump",
        {"--format=custom", "--no-owner", "--no-privileges", "--no-password",
         "--no-unlogged-table-data", "--snapshot=" + snapshot, "--file=" + file.string()},
        uri};
    Contents contents;
    for (const std::string_view schema : schemas) {
        if (!has_schema(connection, schema)) continue;
        look_into(connection, schema, contents);
        program.arguments.push_back(fmt::format("--schema={}", schema));
    }
    if (contents.rows.empty()) {
        throw std::runtime_error(
            "there are no data of stoa in that database: choose another with --database");
    }
    run(program);
    connection.execute("commit");
    return contents;
}

void must_be_readable(const std::filesystem::path& file) {
    run({"pg_restore", {"--file=/dev/null", file.string()}, ""});
}

void restore(std::span<const Part> parts, const std::filesystem::path& file, std::int64_t gap) {
    Servers servers(parts.front().options.uri, "public");
    Direct connection(servers, kPatience);
    make_schemas(connection, parts);
    try {
        fill(parts, file);
    } catch (const std::runtime_error&) {
        for (const Part& part : parts) {
            connection.execute(fmt::format("drop schema {} cascade", part.options.name));
        }
        throw;
    }
    for (const Part& part : parts) {
        Servers of_schema(part.options.uri, part.options.name);
        Direct its(of_schema, kPatience);
        migrate(its, part.options.name, part.options.migrations);
    }
    connection.execute("begin");
    for (const Part& part : parts) run_steps(connection, part, gap);
    connection.execute("commit");
}

}  // namespace stoa::db::postgres
