#include "platform/db/sqlite/session.hpp"

#include "platform/problem.hpp"

#include <chrono>

namespace stoa::db::sqlite {

namespace {

using namespace std::chrono_literals;

const Query kBegin{"begin"};
// Writes a page that holds nothing of ours.
const Query kTouch{"pragma user_version = 1"};
const Query kAnything{"select count(*) from schema_migrations"};

/// Each try costs a failing disk a write, and the log some lines.
constexpr auto kBetweenTries = 500ms;

Problem not_writable() {
    return Problem::unavailable("The database takes no writes; the log says why.", 5s);
}

}  // namespace

SqliteSession::SqliteSession(const std::filesystem::path& file, Writer& writer, Loop& loop,
                             StatementWatch& watch)
    : file_(file), connection_(file, Connection::Use::read, &watch), writer_(writer), loop_(loop) {
    loop.at_turn_end([this] { end_snapshot(); });
}

SqliteSession::~SqliteSession() { end_snapshot(); }

Task<> SqliteSession::check() {
    // Somebody may have removed it: what is written then goes with this process.
    if (!std::filesystem::exists(file_)) {
        throw Problem::unavailable(
            "The database's file has vanished, and is lost when this process ends.", 5s);
    }
    co_await one<std::int64_t>(kAnything);
    if (!writer_.failing()) co_return;
    // Behind a balancer no write comes to a process that is not ready: it must try for itself.
    const auto now = std::chrono::steady_clock::now();
    if (now < next_try_) throw not_writable();
    next_try_ = now + kBetweenTries;
    Job try_to_write = [](Transaction& tx) { return tx.execute(kTouch); };
    try {
        co_await commit(std::move(try_to_write), Repeatable::no);
    } catch (const Problem&) {
        // Whether this one was kept is all the same.
        throw not_writable();
    }
}

Task<> SqliteSession::run(const Query& query, std::span<const Value> values, const OnRow& on_row) {
    begin_or_renew_snapshot();
    connection_.run(query, values, on_row);
    co_return;
}

Task<> SqliteSession::commit(Writer::Work work, Repeatable) {
    struct Enqueue {
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) const {
            job.waiter = waiter;
            writer.enqueue(job);
        }
        void await_resume() const noexcept {}
        Writer& writer;
        Writer::Job& job;
    };
    Writer::Job job{std::move(work), loop_, {}, {}};
    co_await Enqueue{writer_, job};
    if (job.error) std::rethrow_exception(job.error);
}

void SqliteSession::begin_or_renew_snapshot() {
    const std::uint64_t version = writer_.version();
    if (snapshot_version_ == version) return;
    end_snapshot();
    connection_.run(kBegin, {}, {});
    snapshot_version_ = version;
}

void SqliteSession::end_snapshot() noexcept {
    if (snapshot_version_ == 0) return;
    snapshot_version_ = 0;
    connection_.roll_back();
}

}  // namespace stoa::db::sqlite
