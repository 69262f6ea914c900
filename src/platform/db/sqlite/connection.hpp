#pragma once

#include "platform/db/database.hpp"
#include "platform/db/statement_watch.hpp"
#include "platform/problem.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace stoa::db::sqlite {

/// What is thrown for a file that another program is using for too long.
struct Busy : Problem {
    Busy();
};

/// A connection to one SQLite file, used by one thread, with its statements prepared once. Every call may
/// throw Problem: unavailable when the file can't be read or written (full disk, I/O error, busy), conflict
/// when a constraint forbids it; the cause is logged.
class Connection {
  public:
    enum class Use {
        read,
        write,  ///< made if it isn't there
        look,   ///< by somebody who leaves the file as it is, whatever is in it; not through a link
        mend,   ///< by its owner, who leaves it as it is unless `query_only` is set off
        fill,   ///< a new file, which is of no use unless all goes well; who fills it syncs it
    };
    /// Milliseconds that it waits for others.
    static constexpr int kPatience = 5'000;

    /// `watch`: none, or outlives it.
    Connection(const std::filesystem::path& file, Use use, StatementWatch* watch = nullptr);

    /// Runs statements that give no rows and take no parameters.
    void execute(const char* sql);

    void run(const Query& query, std::span<const Value> values, const OnRow& on_row);

    /// Undoes the transaction, if there is one. A read ends that way as well as any other.
    void roll_back() noexcept;

    /// False once SQLite has rolled a transaction back by itself, as it does after grave errors.
    bool in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

    /// Whether the last call failed for want of space on the disk.
    bool is_disk_full() const { return (sqlite3_errcode(native()) & 0xFF) == SQLITE_FULL; }

    sqlite3* native() const { return connection_.get(); }

  private:
    struct Statement {
        std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement;
        std::vector<std::size_t>
            values;  ///< for each parameter of the statement, which value it takes
    };
    void step(const Query& query, std::span<const Value> values, const OnRow& on_row);
    Statement& prepared(const Query& query);
    Statement prepare(const Query& query);
    [[noreturn]] void fail(const char* sql) const;

    std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> connection_;
    std::unordered_map<const Query*, Statement> statements_;
    StatementWatch* watch_;
    const bool is_timed_;
};

}  // namespace stoa::db::sqlite
