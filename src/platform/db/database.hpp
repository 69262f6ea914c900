#pragma once

#include "platform/db/changes.hpp"
#include "platform/db/value.hpp"
#include "platform/ops/histogram.hpp"
#include "platform/task.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stoa {
class Loop;
}

/// The data layer's one face, with engines behind it (sqlite/, postgres/). Nothing here is there at once: every call
/// is a task. SQL is in the dialect that all engines read: `$1` parameters, `returning`, `on conflict`.
namespace stoa::db {

/// A query: a named constant beside the function that runs it. Its address is its identity, by which an
/// engine keeps it prepared; so it must outlive every session.
struct Query {
    std::string sql;

    explicit Query(std::string text) : sql(std::move(text)) {}
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
};

using OnRow = std::function<void(const Row&)>;

/// What queries can be run on. Every call may throw Problem::unavailable.
class Executor {
  public:
    virtual ~Executor() = default;

    /// The first row, if there is one.
    template <class T, class... Args>
    Task<std::optional<T>> one(const Query& query, Args... args) {
        std::optional<T> found;
        const std::array<Value, sizeof...(Args)> values{to_value(args)...};
        const OnRow keep_first = [&](const Row& row) {
            if (!found) found = read_row<T>(row);
        };
        co_await run(query, values, keep_first);
        co_return found;
    }

    /// All rows; a query that could give many has a `limit`.
    template <class T, class... Args>
    Task<std::vector<T>> all(const Query& query, Args... args) {
        std::vector<T> rows;
        const std::array<Value, sizeof...(Args)> values{to_value(args)...};
        const OnRow keep = [&](const Row& row) { rows.push_back(read_row<T>(row)); };
        co_await run(query, values, keep);
        co_return rows;
    }

    /// The row for each of `keys`, in their order; keys without one are left out. A query by a key, which gives one at most.
    template <class T, class Key>
    Task<std::vector<T>> each(const Query& query, std::vector<Key> keys) {
        std::vector<T> rows;
        std::vector<Value> values;
        values.reserve(keys.size());
        for (const Key& key : keys) values.push_back(to_value(key));
        const OnRow keep = [&](const Row& row) { rows.push_back(read_row<T>(row)); };
        co_await run_each(query, values, keep);
        co_return rows;
    }

    /// Runs a statement that gives no rows.
    template <class... Args>
    Task<> execute(const Query& query, Args... args) {
        const std::array<Value, sizeof...(Args)> values{to_value(args)...};
        const OnRow ignore = [](const Row&) {};
        co_await run(query, values, ignore);
    }

  protected:
    /// `query` and `values` stay valid until the task ends.
    virtual Task<> run(const Query& query, std::span<const Value> values, const OnRow& on_row) = 0;

    /// Runs a query of one parameter for each of `values`, in their order.
    virtual Task<> run_each(const Query& query, std::span<const Value> values,
                            const OnRow& on_row) {
        for (const Value& value : values) {
            const std::span<const Value> alone(&value, 1);
            co_await run(query, alone, on_row);
        }
    }
};

/// What a write operation has in hand: all that it does becomes durable at once, or nothing does.
class Transaction : public Executor {
  public:
    /// Says that this transaction changes something that answers depend on.
    virtual void changes(Topic topic) = 0;

    /// Waits until no other transaction holds this lock, and holds it to the end. Every transaction that writes by what it has
    /// looked at before takes one first, unless one statement does both: on some engines others write meanwhile.
    virtual Task<> lock(Topic topic) = 0;
};

/// Whether a write may be run again where it is not known if it was kept.
enum class Repeatable { no, yes };

/// How new what is read must be.
struct Freshness {
    /// Every write is seen that was acknowledged before this moment, by the clock of who did. The last moment there is: every one.
    Timestamp since{std::numeric_limits<std::int64_t>::max()};
};

/// One I/O thread's access to one database. Reads see every write that was acknowledged before.
class Session : public Executor {
  public:
    /// Runs `work(Transaction&) -> Task<T>` in a transaction and gives its result once that is durable.
    /// Whatever `work` throws undoes it and comes out here. `work` may run on another thread, and more than
    /// once, so it must touch nothing but the transaction and what it captured. It is held by reference: name
    /// it before the call. (GCC 12 destroys a capturing lambda that is made within a co_await twice.)
    template <class Work>
    auto write(const Work& work, Repeatable repeatable = Repeatable::no)
        -> decltype(work(std::declval<Transaction&>())) {
        std::optional<typename decltype(work(std::declval<Transaction&>()))::value_type> result;
        Job job = [&](Transaction& tx) { return keep(work(tx), result); };
        co_await commit(std::move(job), repeatable);
        co_return std::move(*result);
    }

    /// Throws Problem::unavailable if a write would be refused now, so that little is done for it in vain.
    virtual void must_have_room() = 0;

    /// Whether the database answers and takes writes. Throws Problem::unavailable if not.
    virtual Task<> check() = 0;

    /// Whether it is up to this session to do what one of all processes should do: the first that asks, until it ends or loses
    /// the database. For a moment there may be two.
    virtual Task<bool> leads(Topic work) = 0;

    /// What the writes of this database have changed.
    virtual const Changes& changes() const = 0;

    /// Where to read what need not be newer than this: this session, or a copy that is behind by a few seconds at most.
    virtual Executor& reads(Freshness) { return *this; }

  protected:
    using Job = std::function<Task<>(Transaction&)>;
    virtual Task<> commit(Job job, Repeatable repeatable) = 0;

  private:
    template <class T>
    static Task<> keep(Task<T> work, std::optional<T>& result) {
        result.emplace(co_await std::move(work));
    }
};

/// What an operation has in hand that only reads, and whose answer is public.
class Reading {
  public:
    Reading(Session& session, Freshness freshness)
        : db_(session.reads(freshness)), dependencies_(session.changes()) {}

    /// What to read from.
    Executor& db() const { return db_; }

    /// Says what the answer depends on. To be called before that is looked at.
    void depends_on(Topic topic) { dependencies_.add(topic); }

    Dependencies dependencies() && { return std::move(dependencies_); }

  private:
    Executor& db_;
    Dependencies dependencies_;
};

/// What an operator may want to know of a database; counters since the start.
struct Statistics {
    std::uint64_t transactions = 0;  ///< writes that became durable
    std::uint64_t commits = 0;       ///< groups in which they did
    std::uint64_t checkpoints = 0;
    std::uint64_t refused = 0;    ///< writes refused because too many waited
    std::uint64_t queued = 0;     ///< writes waiting now
    std::uint64_t run_again = 0;  ///< writes run once more, after a clash or a lost connection
    std::uint64_t lost = 0;     ///< runs of writes of which it is not known whether they were kept
    std::uint64_t slow = 0;     ///< statements that took longer than they should
    std::uint64_t damaged = 0;  ///< statements that found the file damaged
    std::uint64_t connections = 0;      ///< open now, to a server
    std::uint64_t bytes = 0;            ///< of its file
    std::uint64_t log_bytes = 0;        ///< of its write-ahead log's
    double seconds_behind = 0;          ///< of the replica that has seen least
    bool takes_writes = true;           ///< as far as is known
    Distribution commit_time = {};      ///< seconds
    Distribution group_size = {};       ///< writes that shared a commit
    Distribution checkpoint_time = {};  ///< seconds
};

/// One service's database, shared by all threads.
class Database {
  public:
    virtual ~Database() = default;

    /// A session for the I/O thread of `loop`; both the database and the loop outlive it.
    virtual std::unique_ptr<Session> session(Loop& loop) = 0;

    virtual Statistics statistics() const = 0;
};

}  // namespace stoa::db
