#pragma once

#include "platform/db/postgres/database.hpp"
#include "platform/db/postgres/link.hpp"
#include "platform/db/postgres/replica.hpp"
#include "platform/db/postgres/writers.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace stoa::db::postgres {

/// How far the replicas of a database are, as its sessions know. From any thread.
class SeenByReplicas {
  public:
    using Clock = std::chrono::steady_clock;

    /// Of a session by its number: the moment of which its replica has seen all; what is earlier than noted before is no news.
    void note(std::size_t session, Clock::time_point moment);

    /// Of the one that has seen least; 0: none is asked.
    std::chrono::duration<double> behind() const;

  private:
    mutable std::mutex mutex_;
    std::vector<Clock::time_point> moments_;  ///< by session; at first, when that began
};

/// What the sessions of a database share.
struct Shared {
    explicit Shared(const Options& options)
        : watch(options.name, options.slow_query),
          servers(options.uri, options.name, Servers::Wanted::primary, options.patience),
          replicas(has_replicas(options) ? options.replicas : options.uri, options.name,
                   has_replicas(options) ? Servers::Wanted::replica : Servers::Wanted::any,
                   options.patience),
          is_read_from_replicas(has_replicas(options)) {
        servers.watch(watched);
        replicas.watch(watched);
    }

    static bool has_replicas(const Options& options) { return !options.replicas.empty(); }

    /// Whether there is somewhere to read while the primary is away.
    bool has_others() const { return is_read_from_replicas || servers.count() > 1; }

    void note_commit(std::chrono::duration<double> time) {
        const std::lock_guard lock(commit_mutex);
        commit_time.note(time.count());
    }

    StatementWatch watch;
    Servers::Watched watched{watch};
    Servers servers;
    Servers replicas;                  ///< where else to read
    const bool is_read_from_replicas;  ///< also while the primary is there
    std::atomic<std::size_t> sessions = 0;
    SeenByReplicas seen;
    Changes changes;
    std::atomic<std::uint64_t> transactions = 0;
    std::atomic<std::uint64_t> refused = 0;
    std::atomic<std::uint64_t> queued = 0;
    std::atomic<std::uint64_t> run_again = 0;
    std::atomic<std::uint64_t> lost = 0;
    std::mutex commit_mutex;  ///< of who writes commit_time
    Histogram commit_time{kDurations};
};

/// An I/O thread's own connections: one for reads, which all requests share, pipelined, a batch for each turn of the loop; a few for writes,
/// each of which has one for itself from its begin to its commit.
///
/// A write runs again, from its beginning, where that can have no second effect: it clashed with another (which its next run
/// sees), or the connection was lost before its commit was sent, or afterwards if it is repeatable. A read runs again when the connection is
/// lost.
///
/// While no server takes writes, reads are answered by one that does not, if there is one. Nothing is acknowledged meanwhile, so what
/// is read there is as of the last moment before or, where a replica lags behind, shortly before that. If replicas are named, reads that need
/// not see the latest go there at other times, too.
class PostgresSession final : public Session {
  public:
    struct Bounds {
        std::size_t writers;                 ///< connections for writes
        std::size_t queue;                   ///< writes that may wait for one
        std::chrono::milliseconds patience;  ///< for an answer
    };
    PostgresSession(Shared& shared, Loop& loop, const Bounds& bounds);

    void must_have_room() override;
    Task<> check() override;
    Task<bool> leads(Topic work) override;
    const Changes& changes() const override { return shared_.changes; }
    Executor& reads(Freshness freshness) override;

  protected:
    Task<> run(const Query& query, std::span<const Value> values, const OnRow& on_row) override;
    Task<> run_each(const Query& query, std::span<const Value> values,
                    const OnRow& on_row) override;
    Task<> commit(Job job, Repeatable repeatable) override;

  private:
    /// Reads from the replica, as long as there is one.
    class FromReplica final : public Executor {
      public:
        explicit FromReplica(PostgresSession& session) : session_(session) {}

      protected:
        Task<> run(const Query& query, std::span<const Value> values, const OnRow& on_row) override;
        Task<> run_each(const Query& query, std::span<const Value> values,
                        const OnRow& on_row) override;

      private:
        PostgresSession& session_;
    };
    enum class Source { primary, replica };

    Task<> read_one(const Query& query, std::span<const Value> values, const OnRow& on_row,
                    Source source);
    Task<> read_each(const Query& query, std::span<const Value> values, const OnRow& on_row,
                     Source source);
    enum class Room { bounded, any };
    Task<> read(std::vector<Statement>& statements, Source source, Room room);
    Task<Link*> readable(Source source);
    void check_time();
    Task<> compare_replica();

    Shared& shared_;
    const Bounds bounds_;
    Link reader_;
    Replica replica_;
    FromReplica from_replica_;
    Writers writers_;
    std::size_t number_ = 0;   ///< of those that read from replicas
    bool is_failing_ = false;  ///< whether the last write was not kept
    std::chrono::steady_clock::time_point next_try_;
    std::chrono::steady_clock::time_point next_probe_;
};

}  // namespace stoa::db::postgres
