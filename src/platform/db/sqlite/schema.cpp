#include "platform/db/sqlite/schema.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <string>

namespace stoa::db::sqlite {

namespace {

const Query kMakeRecord{
    "create table if not exists schema_migrations ("
    "name text primary key, checksum text not null, applied_at integer not null) strict"};
const Query kHasRecord{"select 1 from sqlite_master where name = 'schema_migrations'"};
const Query kRecorded{"select name, checksum from schema_migrations order by applied_at, name"};
const Query kRecord{
    "insert into schema_migrations (name, checksum, applied_at) values ($1, $2, $3)"};

}  // namespace

std::vector<Migration> missing_steps(Connection& connection, std::span<const std::string> folders) {
    bool has_record = false;
    connection.run(kHasRecord, {}, [&](const Row&) { has_record = true; });
    if (!has_record) return migrations(folders);
    std::vector<Applied> recorded;
    connection.run(kRecorded, {}, [&](const Row& row) {
        recorded.push_back({std::string(row.text(0)), std::string(row.text(1))});
    });
    return pending(migrations(folders), recorded);
}

void migrate(const std::filesystem::path& file, std::span<const std::string> folders) {
    Connection connection(file, Connection::Use::write);
    connection.execute("begin immediate");
    connection.run(kMakeRecord, {}, [](const Row&) {});
    for (const Migration& step : missing_steps(connection, folders)) {
        spdlog::info("database {}: schema step {}", file.filename().string(), step.name);
        connection.execute(std::string(step.sql).c_str());
        const std::array<Value, 3> values{step.name, step.checksum, Timestamp::now().milliseconds};
        connection.run(kRecord, values, [](const Row&) {});
    }
    connection.execute("commit");
}

}  // namespace stoa::db::sqlite
