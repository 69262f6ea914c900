#include "platform/db/sqlite/connection.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <ctime>
#include <stdexcept>

namespace stoa::db::sqlite {

namespace {

using namespace std::chrono_literals;

/// A row of the statement that was stepped last.
class StatementRow final : public Row {
  public:
    explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}
    bool is_null(int column) const override {
        return sqlite3_column_type(statement_, column) == SQLITE_NULL;
    }
    std::int64_t integer(int column) const override {
        return sqlite3_column_int64(statement_, column);
    }
    std::string_view text(int column) const override {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        return {bytes ? bytes : "",
                static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

  private:
    sqlite3_stmt* statement_;
};

/// Makes a statement ready for its next use, however this one ends.
class Reset {
  public:
    explicit Reset(sqlite3_stmt* statement) : statement_(statement) {}
    ~Reset() { sqlite3_reset(statement_); }
    Reset(const Reset&) = delete;
    Reset& operator=(const Reset&) = delete;

  private:
    sqlite3_stmt* statement_;
};

int bind(sqlite3_stmt* statement, int parameter, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return sqlite3_bind_int64(statement, parameter, *number);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        // The value outlives the step, so SQLite need not copy it.
        return sqlite3_bind_text(statement, parameter, text->data(), static_cast<int>(text->size()),
                                 SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, parameter);
}

const Query kRollBack{"rollback"};

/// A few nanoseconds away, and right to a few milliseconds.
std::chrono::nanoseconds coarse_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// Of an extended code: whether what is in the file is wrong, or can't be read.
bool is_damage(int code) {
    const int kind = code & 0xFF;
    return kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || code == SQLITE_IOERR_READ ||
           code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_DATA ||
           code == SQLITE_IOERR_CORRUPTFS;
}

/// SQLite counts its memory under a mutex that all threads share; nobody asks for the count. Before the first connection.
void stop_counting_memory() {
    static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(done);
}

/// Its folder may be a link, the file not: or its owner could lead root to another's.
std::filesystem::path without_links(const std::filesystem::path& file) {
    std::error_code is_not_there;
    return std::filesystem::canonical(std::filesystem::absolute(file).parent_path(), is_not_there) /
           file.filename();
}

}  // namespace

Busy::Busy() : Problem(Problem::unavailable("The database can't be used at the moment.", 5s)) {}

Connection::Connection(const std::filesystem::path& file, Use use, StatementWatch* watch)
    : connection_(nullptr, sqlite3_close_v2),
      watch_(watch),
      is_timed_(watch && watch->is_timing()) {
    stop_counting_memory();
    sqlite3* connection = nullptr;
    const bool may_make = use == Use::write || use == Use::fill;
    // Others may own these folders: root must not be led to somewhere else by a link, nor by a rollback journal, which names another file that is
    // removed when it is played back.
    const bool is_look = use == Use::look;
    const bool is_of_others = is_look || use == Use::fill;
    const int flags = (is_look ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                      SQLITE_OPEN_NOMUTEX | (may_make ? SQLITE_OPEN_CREATE : 0) |
                      (is_of_others ? SQLITE_OPEN_NOFOLLOW : 0);
    const int result = sqlite3_open_v2((is_of_others ? without_links(file) : file).c_str(),
                                       &connection, flags, nullptr);
    connection_.reset(connection);
    if (result != SQLITE_OK) {
        const bool is_link = is_look && std::filesystem::is_symlink(file);
        throw std::runtime_error(fmt::format(
            "can't open the database '{}': {}", file.string(),
            is_link ? "it is a symbolic link; put the file itself there" : sqlite3_errstr(result)));
    }
    sqlite3_extended_result_codes(connection, 1);
    sqlite3_busy_timeout(connection, kPatience);
    if (is_look || use == Use::mend) {
        // Not even the log is copied into it at the end.
        sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        execute("pragma query_only = on; pragma temp_store = memory");
        return;
    }
    if (use == Use::fill) {
        execute("pragma journal_mode = off; pragma synchronous = off");
        return;
    }
    execute("pragma journal_mode = wal");
    execute("pragma synchronous = full");
    execute("pragma temp_store = memory");
    execute(use == Use::write ? "pragma journal_size_limit = 67108864; pragma cache_size = -16384"
                              : "pragma query_only = on; pragma cache_size = -8192");
}

void Connection::execute(const char* sql) {
    if (sqlite3_exec(native(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

void Connection::run(const Query& query, std::span<const Value> values, const OnRow& on_row) {
    if (!is_timed_) {
        step(query, values, on_row);
        return;
    }
    const auto start = coarse_now();
    step(query, values, on_row);
    watch_->note_time(query, coarse_now() - start);
}

void Connection::step(const Query& query, std::span<const Value> values, const OnRow& on_row) {
    const Statement& prepared_statement = prepared(query);
    sqlite3_stmt* statement = prepared_statement.statement.get();
    const Reset reset(statement);
    int parameter = 0;
    for (const std::size_t index : prepared_statement.values) {
        if (bind(statement, ++parameter, values[index]) != SQLITE_OK) fail(query.sql.c_str());
    }
    const StatementRow row(statement);
    int result = sqlite3_step(statement);
    for (; result == SQLITE_ROW; result = sqlite3_step(statement)) on_row(row);
    if (result != SQLITE_DONE) fail(query.sql.c_str());
}

void Connection::roll_back() noexcept {
    if (!in_transaction()) return;
    try {
        run(kRollBack, {}, {});
    } catch (const std::exception&) {
        sqlite3_exec(native(), "rollback", nullptr, nullptr, nullptr);
    }
}

Connection::Statement& Connection::prepared(const Query& query) {
    const auto known = statements_.find(&query);
    if (known != statements_.end()) return known->second;
    return statements_.emplace(&query, prepare(query)).first->second;
}

Connection::Statement Connection::prepare(const Query& query) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(native(), query.sql.c_str(), -1,
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    Statement made{{statement, sqlite3_finalize}, {}};
    if (result != SQLITE_OK) fail(query.sql.c_str());
    // SQLite numbers parameters as it meets them; `$2` may come before `$1`.
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
        const char* name = sqlite3_bind_parameter_name(statement, i);  // none for a bare `?`
        const auto number = name ? parse_integer(name + 1) : std::nullopt;
        if (!number || *number < 1)
            throw std::logic_error("parameters are $1, $2, …: " + query.sql);
        made.values.push_back(static_cast<std::size_t>(*number - 1));
    }
    return made;
}

void Connection::fail(const char* sql) const {
    const int code = sqlite3_errcode(native()) & 0xFF;
    const std::string what = fmt::format("SQLite: {} ({}) in: {}", sqlite3_errmsg(native()),
                                         sqlite3_extended_errcode(native()), sql);
    if (code == SQLITE_CONSTRAINT) {
        spdlog::debug(what);
        throw Problem::conflict("A constraint of the stored data forbids this.");
    }
    spdlog::error(what);
    if (watch_ && is_damage(sqlite3_extended_errcode(native()))) watch_->note_damage();
    if (code == SQLITE_ERROR || code == SQLITE_MISUSE) throw std::logic_error(what);
    if (code == SQLITE_BUSY) throw Busy();
    throw Problem::unavailable("The database can't be used at the moment.", 5s);
}

}  // namespace stoa::db::sqlite
