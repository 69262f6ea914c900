#pragma once

#include "platform/db/changes.hpp"
#include "platform/db/sqlite/connection.hpp"
#include "platform/loop.hpp"
#include "platform/standing_queue.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stoa::db::sqlite {

/// Group commit.
///
/// A commit costs a sync of the disk, whatever it holds; so many operations share one. A single thread owns
/// the only connection that writes. It takes all operations that wait, begins a transaction, runs each in a
/// savepoint of its own (one that throws is undone and does not touch the others), commits, which syncs the
/// log (WAL, synchronous = FULL), and only then resumes the waiters. While it syncs, the next group gathers:
/// the busier, the larger the groups; an operation that is alone never waits for company.
///
/// If the commit fails, every operation of the group fails: nobody is told of success before the sync, and
/// nobody of failure before it is certain.
/// `version` grows after each commit and before its waiters go on: a reader that sees it unchanged may keep
/// its snapshot, so a read never misses a write that was acknowledged before it. After that the changes are counted
/// (see Changes).
///
/// The same connection copies the log into the database (checkpoint), between groups: versions before 3.51.3
/// are reported to corrupt the file, rarely, when one connection commits while another checkpoints.
class Writer {
  public:
    using Work = std::function<Task<>(Transaction&)>;

    /// One operation; lives in the frame of the coroutine that waits for it.
    struct Job {
        Work work;
        Loop& loop;
        std::coroutine_handle<> waiter;
        std::exception_ptr error;
        std::chrono::steady_clock::time_point since = {};  ///< when it was queued
    };

    struct Bounds {
        std::size_t queue;  ///< writes that may wait
        std::size_t group;  ///< writes that share a commit
    };
    /// `watch`: none, or outlives it.
    Writer(const std::filesystem::path& file, const Bounds& bounds,
           StatementWatch* watch = nullptr);
    ~Writer();  ///< finishes what is queued
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Queues a job. Throws Problem::unavailable, at once, if too many wait: more than the bound or, where they have waited for
    /// long of late, than are done in a short time.
    void enqueue(Job& job);
    /// Throws as enqueue() would now.
    void must_have_room();

    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
    /// Whether the last commit failed.
    bool failing() const { return failing_.load(std::memory_order_relaxed); }
    Statistics statistics() const;
    const Changes& changes() const { return changes_; }

  private:
    using Duration = std::chrono::steady_clock::duration;

    void loop();
    void take_group(std::vector<Job*>& group);
    void note_pace(std::size_t writes, Duration time);
    void must_have_room_locked();
    std::size_t room() const;
    void commit_group(const std::vector<Job*>& group);
    void note_changes();
    void fail_group(const std::vector<Job*>& group, std::exception_ptr error);
    void run_in_savepoint(Job& job, Transaction& transaction);
    static void resume_waiters(const std::vector<Job*>& group);
    void checkpoint_if_due();

    Connection connection_;
    const Bounds bounds_;
    int log_pages_ = 0;           ///< in the WAL, as of the last commit
    int checkpointed_pages_ = 0;  ///< of them, how many are in the database already
    std::chrono::steady_clock::time_point no_checkpoint_before_;  ///< one has failed
    std::chrono::steady_clock::time_point no_restart_before_;     ///< a reader kept it from one
    std::atomic<std::uint64_t> version_ = 1;
    Changes changes_;
    std::vector<Topic> changed_;  ///< by the group that is being committed
    std::atomic<bool> failing_ = false;
    std::atomic<std::uint64_t> transactions_ = 0;
    std::atomic<std::uint64_t> commits_ = 0;
    std::atomic<std::uint64_t> checkpoints_ = 0;
    std::atomic<std::uint64_t> refused_ = 0;
    Histogram commit_time_{kDurations};
    Histogram group_size_{kSizes};
    Histogram checkpoint_time_{kDurations};

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Job*> waiting_;  ///< guarded by mutex_, as are those that follow
    StandingQueue queue_;
    Duration pace_{};  ///< that a write takes of late, without its sync
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace stoa::db::sqlite
