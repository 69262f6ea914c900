#include "platform/db/postgres/schema.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>

namespace stoa::db::postgres {

namespace {

const Query kAlone{"select pg_advisory_xact_lock(7378695)"};  // any number, the same for all
const Query kMakeRecord{
    "create table if not exists schema_migrations ("
    "name text primary key, checksum text not null, applied_at bigint not null)"};
const Query kHasRecord{"select 1 where to_regclass('schema_migrations') is not null"};
const Query kRecorded{"select name, checksum from schema_migrations order by applied_at, name"};
const Query kRecord{
    "insert into schema_migrations (name, checksum, applied_at) values ($1, $2, $3)"};
const Query kIsUtf8{"select 1 where current_setting('server_encoding') = 'UTF8'"};
const Query kTables{
    "select quote_ident(tablename) from pg_tables where schemaname = current_schema() "
    "and tablename <> 'schema_migrations' order by tablename"};
const Query kHasSchema{"select 1 from pg_namespace where nspname = $1"};

const OnRow kIgnore = [](const Row&) {};

}  // namespace

bool has_schema(Direct& connection, std::string_view schema) {
    const std::array<Value, 1> name{std::string(schema)};
    return connection.has_row(kHasSchema, name);
}

std::vector<Migration> missing_steps(Direct& connection, std::span<const std::string> folders) {
    if (!connection.has_row(kHasRecord)) return migrations(folders);
    std::vector<Applied> recorded;
    connection.run(kRecorded, {}, [&](const Row& row) {
        recorded.push_back({std::string(row.text(0)), std::string(row.text(1))});
    });
    return pending(migrations(folders), recorded);
}

std::string list_of_tables(Direct& connection) {
    std::string tables;
    connection.run(kTables, {}, [&](const Row& row) {
        tables += fmt::format("{}{}", tables.empty() ? "" : ", ", row.text(0));
    });
    return tables;
}

void migrate(Direct& connection, std::string_view schema, std::span<const std::string> folders) {
    try {
        if (!connection.has_row(kIsUtf8)) {
            throw std::runtime_error(
                "the database is not in UTF-8: make one with 'create database … encoding ''UTF8'' "
                "template template0'");
        }
        connection.execute("begin");
        connection.run(kAlone, {}, kIgnore);
        if (!has_schema(connection, schema)) {
            connection.execute(fmt::format("create schema {}", schema));
        }
        const auto missing = missing_steps(connection, folders);
        if (!missing.empty()) connection.run(kMakeRecord, {}, kIgnore);
        for (const Migration& step : missing) {
            spdlog::info("database schema {}: step {}", schema, step.name);
            connection.execute(std::string(step.sql));
            const std::array<Value, 3> values{step.name, step.checksum,
                                              Timestamp::now().milliseconds};
            connection.run(kRecord, values, kIgnore);
        }
        connection.execute("commit");
    } catch (const Failure& failure) {
        const bool lacks_right = failure.sqlstate() == "42501";
        throw std::runtime_error(
            fmt::format("can't make the schema '{}' in the database: {} ({}){}", schema,
                        failure.what(), failure.sqlstate(),
                        lacks_right ? "; the role needs the right to create schemas there (grant "
                                      "create on database … to …)"
                                    : ""));
    }
}

}  // namespace stoa::db::postgres
