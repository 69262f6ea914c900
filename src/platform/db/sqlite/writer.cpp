#include "platform/db/sqlite/writer.hpp"

#include "platform/problem.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace stoa::db::sqlite {

namespace {

using namespace std::chrono_literals;

/// Each copy of the log holds up the writes that come meanwhile, but holds only once a page that has changed many times since
/// the last: at 250 pages votes are a sixth slower, beyond this the longest waits grow.
constexpr int kCheckpointPages = 1'000;
/// A log that readers never let start over is made to, at 16 MiB.
constexpr int kRestartPages = 4'096;
/// Milliseconds that writes then wait for readers, which need a few; a backup needs as long as it copies, and is not waited for.
constexpr int kRestartPatience = 50;

/// Where more writes come than can be done, no more wait than this much work. Together with the syncs, the copying of the log and the
/// group before it a write so takes up to ten times as long.
constexpr auto kMostWork = 6ms;
/// So few may always wait.
constexpr std::size_t kAlwaysRoom = 256;

const Query kBegin{"begin immediate"};
const Query kCommit{"commit"};
const Query kSavepoint{"savepoint job"};
const Query kUndo{"rollback to job"};
const Query kRelease{"release job"};

double seconds(std::chrono::steady_clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

/// Runs queries at once, on the writer's thread.
class WriterTransaction final : public Transaction {
  public:
    WriterTransaction(Connection& connection, std::vector<Topic>& changed)
        : connection_(connection), changed_(changed) {}

    /// Also of a job that is undone then: it does no harm.
    void changes(Topic topic) override { changed_.push_back(topic); }

    /// There is no other writer.
    Task<> lock(Topic) override { co_return; }

  protected:
    Task<> run(const Query& query, std::span<const Value> values, const OnRow& on_row) override {
        connection_.run(query, values, on_row);
        co_return;
    }

  private:
    Connection& connection_;
    std::vector<Topic>& changed_;
};

}  // namespace

Writer::Writer(const std::filesystem::path& file, const Bounds& bounds, StatementWatch* watch)
    : connection_(file, Connection::Use::write, watch), bounds_(bounds) {
    sqlite3_wal_hook(
        connection_.native(),
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<Writer*>(self)->log_pages_ = pages;
            return SQLITE_OK;
        },
        this);
    thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    thread_.join();
}

void Writer::enqueue(Job& job) {
    {
        const std::lock_guard lock(mutex_);
        must_have_room_locked();
        job.since = std::chrono::steady_clock::now();
        waiting_.push_back(&job);
    }
    arrived_.notify_one();
}

void Writer::must_have_room() {
    const std::lock_guard lock(mutex_);
    must_have_room_locked();
}

void Writer::must_have_room_locked() {
    if (waiting_.size() < room()) return;
    refused_.fetch_add(1, std::memory_order_relaxed);
    throw Problem::unavailable("Too many writes are waiting; try again shortly.", 1s);
}

Statistics Writer::statistics() const {
    const std::lock_guard lock(mutex_);
    return {.transactions = transactions_,
            .commits = commits_,
            .checkpoints = checkpoints_,
            .refused = refused_,
            .queued = waiting_.size(),
            .takes_writes = !failing(),
            .commit_time = commit_time_.distribution(),
            .group_size = group_size_.distribution(),
            .checkpoint_time = checkpoint_time_.distribution()};
}

void Writer::loop() {
    std::vector<Job*> group;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            take_group(group);
        }
        commit_group(group);
        resume_waiters(group);
        checkpoint_if_due();
    }
}

void Writer::take_group(std::vector<Job*>& group) {
    const auto now = std::chrono::steady_clock::now();
    queue_.note(now, now - waiting_.front()->since);
    const auto end =
        waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), bounds_.group));
    group.assign(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
}

/// A moving average of the work alone: a sync takes as long for many as for one.
void Writer::note_pace(std::size_t writes, Duration time) {
    const std::lock_guard lock(mutex_);
    const Duration pace = time / writes;
    pace_ = pace_ == Duration{} ? pace : (pace_ * 7 + pace) / 8;
}

/// How many may wait.
std::size_t Writer::room() const {
    const bool is_bounded_in_time =
        pace_ != Duration{} && queue_.stood(std::chrono::steady_clock::now());
    if (!is_bounded_in_time) return bounds_.queue;
    const auto in_time = static_cast<std::size_t>(kMostWork / pace_);
    return std::min(bounds_.queue, std::max(in_time, kAlwaysRoom));
}

void Writer::commit_group(const std::vector<Job*>& group) {
    try {
        connection_.run(kBegin, {}, {});
        WriterTransaction transaction(connection_, changed_);
        const auto start = std::chrono::steady_clock::now();
        for (Job* job : group) run_in_savepoint(*job, transaction);
        const auto worked = std::chrono::steady_clock::now();
        note_pace(group.size(), worked - start);
        connection_.run(kCommit, {}, {});
        commit_time_.note(seconds(std::chrono::steady_clock::now() - worked));
        group_size_.note(static_cast<double>(group.size()));
        version_.fetch_add(1, std::memory_order_release);
        note_changes();
        failing_.store(false, std::memory_order_relaxed);
        commits_.fetch_add(1, std::memory_order_relaxed);
        const auto done = std::count_if(group.begin(), group.end(),
                                        [](const Job* job) { return job->error == nullptr; });
        transactions_.fetch_add(static_cast<std::uint64_t>(done), std::memory_order_relaxed);
    } catch (...) {
        fail_group(group, std::current_exception());
    }
}

void Writer::note_changes() {
    for (const Topic topic : changed_) changes_.note(topic);
    changed_.clear();
}

/// After a failed sync the group's frames may be in the log, with their mark of a commit: a restart would take them.
/// Only once another commit has overwritten them is it certain that they are gone, and may be sent again. Where there was no space
/// for a frame, the mark, which is in the last, was not written.
void Writer::fail_group(const std::vector<Job*>& group, std::exception_ptr error) {
    const bool is_certain = connection_.is_disk_full();
    spdlog::error("a group of {} writes was not committed; all of them are refused", group.size());
    failing_.store(true, std::memory_order_relaxed);
    connection_.roll_back();
    try {
        connection_.execute("begin immediate; pragma user_version = 1; commit");
        failing_.store(false, std::memory_order_relaxed);
    } catch (const std::exception&) {
        connection_.roll_back();
        if (!is_certain) {
            error = std::make_exception_ptr(
                Problem::status(500,
                                "The disk failed: whether this was kept is not known. Look before "
                                "sending it again."));
        }
    }
    note_changes();
    for (Job* job : group) job->error = error;
}

void Writer::run_in_savepoint(Job& job, Transaction& transaction) {
    connection_.run(kSavepoint, {}, {});
    try {
        job.work(transaction).run();
        connection_.run(kRelease, {}, {});
    } catch (...) {
        job.error = std::current_exception();
        // After a grave error SQLite has undone the whole group by itself; then all of it fails for that reason.
        if (!connection_.in_transaction()) throw;
        connection_.run(kUndo, {}, {});
        connection_.run(kRelease, {}, {});
    }
}

void Writer::resume_waiters(const std::vector<Job*>& group) {
    // A job is gone as soon as its waiter runs; so first all are told apart, then resumed by loop.
    std::vector<std::pair<Loop*, std::vector<std::coroutine_handle<>>>> by_loop;
    for (const Job* job : group) {
        auto entry = std::find_if(by_loop.begin(), by_loop.end(),
                                  [&](const auto& known) { return known.first == &job->loop; });
        if (entry == by_loop.end()) entry = by_loop.insert(entry, {&job->loop, {}});
        entry->second.push_back(job->waiter);
    }
    for (const auto& [loop, waiters] : by_loop) loop->resume(waiters);
}

void Writer::checkpoint_if_due() {
    if (log_pages_ < checkpointed_pages_) checkpointed_pages_ = 0;  // the log has started over
    if (log_pages_ - checkpointed_pages_ < kCheckpointPages) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < no_checkpoint_before_) return;
    const bool may_restart = log_pages_ >= kRestartPages && now >= no_restart_before_;
    int log = 0;
    int copied = 0;
    if (may_restart) sqlite3_busy_timeout(connection_.native(), kRestartPatience);
    const int result = sqlite3_wal_checkpoint_v2(
        connection_.native(), nullptr,
        may_restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &log, &copied);
    if (may_restart) sqlite3_busy_timeout(connection_.native(), Connection::kPatience);
    if (may_restart && result == SQLITE_BUSY) no_restart_before_ = now + 1s;
    if (result != SQLITE_OK && result != SQLITE_BUSY) {
        spdlog::error("SQLite: checkpoint: {}; the log grows until one succeeds",
                      sqlite3_errmsg(connection_.native()));
        no_checkpoint_before_ = now + 1s;
        return;
    }
    // What readers kept from being copied comes with the next one.
    checkpointed_pages_ = copied;
    checkpoints_.fetch_add(1, std::memory_order_relaxed);
    checkpoint_time_.note(seconds(std::chrono::steady_clock::now() - now));
}

}  // namespace stoa::db::sqlite
