#include "platform/db/sqlite/database.hpp"

#include "platform/db/folder_lock.hpp"
#include "platform/db/sqlite/schema.hpp"
#include "platform/db/sqlite/session.hpp"
#include "platform/db/sqlite/writer.hpp"
#include "platform/private_file.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

namespace stoa::db::sqlite {

namespace {

std::filesystem::path migrated(const Options& options) {
    auto file = database_file(options);
    try {
        migrate(file, options.migrations);
        give_to_owner_of(options.folder, file);
    } catch (const Problem& problem) {
        throw std::runtime_error(
            fmt::format("can't use the database '{}' (the reason is in the log); restore it "
                        "from a backup, or choose another folder with --data",
                        file.string()));
    }
    return file;
}

std::uint64_t size_of(const std::filesystem::path& file) {
    std::error_code none;
    const auto size = std::filesystem::file_size(file, none);
    return none ? 0 : size;
}

class SqliteDatabase final : public Database {
  public:
    explicit SqliteDatabase(const Options& options)
        : lock_(options.folder, options.name),
          file_(migrated(options)),
          watch_(options.name, options.slow_query),
          writer_(file_, {options.queue, options.group}, &watch_) {}

    std::unique_ptr<Session> session(Loop& loop) override {
        return std::make_unique<SqliteSession>(file_, writer_, loop, watch_);
    }

    Statistics statistics() const override {
        Statistics now = writer_.statistics();
        // Somebody may have removed it: what is written then goes with this process.
        now.takes_writes = now.takes_writes && std::filesystem::exists(file_);
        now.slow = watch_.slow();
        now.damaged = watch_.damaged();
        now.bytes = size_of(file_);
        now.log_bytes = size_of(file_.string() + "-wal");
        return now;
    }

  private:
    FolderLock lock_;
    std::filesystem::path file_;
    StatementWatch watch_;
    Writer writer_;
};

}  // namespace

std::filesystem::path database_file(const Options& options) {
    return options.folder / fmt::format("{}.db", options.name);
}

std::unique_ptr<Database> open(const Options& options) {
    return std::make_unique<SqliteDatabase>(options);
}

}  // namespace stoa::db::sqlite
