#include "platform/db/sqlite/database.hpp"

#include "platform/db/folder_lock.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/sqlite/session.hpp"
#include "platform/db/sqlite/writer.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace stoa::db::sqlite {

namespace {

const Query kMakeRecord{
    "create table if not exists schema_migrations ("
    "name text primary key, checksum text not null, applied_at integer not null) strict"};
const Query kRecorded{"select name, checksum from schema_migrations order by applied_at, name"};
const Query kRecord{
    "insert into schema_migrations (name, checksum, applied_at) values ($1, $2, $3)"};

/// Brings the schema up to date, all of it or nothing; two processes can't do it at once.
void migrate(const std::filesystem::path& file, std::span<const std::string_view> folders) {
    Connection connection(file, Connection::Use::write);
    connection.execute("begin immediate");
    connection.run(kMakeRecord, {}, [](const Row&) {});
    std::vector<Applied> recorded;
    connection.run(kRecorded, {}, [&](const Row& row) {
        recorded.push_back({std::string(row.text(0)), std::string(row.text(1))});
    });
    for (const Migration& step : pending(migrations(folders), recorded)) {
        spdlog::info("database {}: schema step {}", file.filename().string(), step.name);
        connection.execute(std::string(step.sql).c_str());
        const std::array<Value, 3> values{step.name, step.checksum, Timestamp::now().milliseconds};
        connection.run(kRecord, values, [](const Row&) {});
    }
    connection.execute("commit");
}

std::filesystem::path migrated(const Options& options) {
    auto file = options.folder / fmt::format("{}.db", options.name);
    try {
        migrate(file, options.migrations);
    } catch (const Problem& problem) {
        throw std::runtime_error(
            fmt::format("can't use the database '{}' (the reason is in the log); restore it "
                        "from a backup, or choose another folder with --data",
                        file.string()));
    }
    return file;
}

class SqliteDatabase final : public Database {
  public:
    explicit SqliteDatabase(const Options& options)
        : lock_(options.folder, options.name),
          file_(migrated(options)),
          writer_(file_, {options.queue, options.group}) {}

    std::unique_ptr<Session> session(Loop& loop) override {
        return std::make_unique<SqliteSession>(file_, writer_, loop);
    }
    Statistics statistics() const override { return writer_.statistics(); }

  private:
    FolderLock lock_;
    std::filesystem::path file_;
    Writer writer_;
};

}  // namespace

std::unique_ptr<Database> open(const Options& options) {
    return std::make_unique<SqliteDatabase>(options);
}

}  // namespace stoa::db::sqlite
