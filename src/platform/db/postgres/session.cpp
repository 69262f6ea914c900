#include "platform/db/postgres/session.hpp"

#include "platform/db/postgres/run.hpp"
#include "platform/problem.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Outcome = Statement::Outcome;

/// How often something is run that can't be at first: a read, a write whose connection is lost, one that runs into others.
constexpr int kMostReadRuns = 5;
constexpr int kMostLostRuns = 3;
constexpr int kMostClashes = 10;
/// A constraint that is still broken then is so by the request itself.
constexpr int kMostViolations = 2;
/// Where there are replicas to read from, a primary that says nothing is not waited for as long as elsewhere: for an answer, and
/// then for a new connection.
constexpr std::chrono::milliseconds kReadPatience = 900ms;
constexpr std::chrono::milliseconds kReconnectPatience = 600ms;
/// Between tries to write while writes fail.
constexpr auto kBetweenTries = 500ms;
constexpr auto kBetweenProbes = 1s;

// The lock is the connection's, and goes with it. It is taken once, so that it is there once.
const Query kLead{
    "select case when exists (select 1 from pg_locks where locktype = 'advisory' "
    "and pid = pg_backend_pid() and ((classid::bigint << 32) | objid::bigint) = $1) "
    "or pg_try_advisory_lock($1) then 1 else 0 end"};
const Query kAnything{"select count(*) from schema_migrations"};
// Goes into the log alone, and its commit is waited for as any other's.
const Query kTouch{"select pg_logical_emit_message(true, 'stoa', '')"};

Problem away() { return Problem::unavailable("The database can't be used at the moment.", 5s); }

Problem not_known() {
    return Problem::status(500,
                           "The database was lost: whether this was kept is not known. Look before "
                           "sending it again.");
}

Link::Bounds reading_bounds(const Shared& shared, const PostgresSession::Bounds& bounds) {
    if (!shared.has_others()) return {bounds.patience};
    return {std::min(bounds.patience, kReadPatience), kReconnectPatience};
}

/// Counts a write that waits for a connection.
class Queued {
  public:
    explicit Queued(Shared& shared) : shared_(shared) { ++shared_.queued; }
    ~Queued() { --shared_.queued; }
    Queued(const Queued&) = delete;
    Queued& operator=(const Queued&) = delete;

  private:
    Shared& shared_;
};

[[noreturn]] void throw_failure(const Statement& statement) {
    try {
        std::rethrow_exception(statement.error);
    } catch (const Failure& failure) {
        failure.throw_as_problem(statement.query.sql);
    }
}

}  // namespace

void SeenByReplicas::note(std::size_t session, Clock::time_point moment) {
    const std::lock_guard lock(mutex_);
    if (moments_.size() <= session) moments_.resize(session + 1, moment);
    moments_.at(session) = std::max(moments_.at(session), moment);
}

std::chrono::duration<double> SeenByReplicas::behind() const {
    const std::lock_guard lock(mutex_);
    if (moments_.empty()) return {};
    return Clock::now() - *std::min_element(moments_.begin(), moments_.end());
}

PostgresSession::PostgresSession(Shared& shared, Loop& loop, const Bounds& bounds)
    : shared_(shared),
      bounds_(bounds),
      reader_(loop, shared.servers, reading_bounds(shared, bounds)),
      replica_(loop, shared.replicas, reading_bounds(shared, bounds)),
      from_replica_(*this),
      writers_(loop, shared.servers, bounds.writers, bounds.queue, bounds.patience) {
    loop.at_turn_end([this] {
        for (Link* link : {&reader_, &replica_.link()}) {
            if (link->has_open_batch()) link->sync();
        }
    });
    if (shared.is_read_from_replicas) {
        number_ = shared.sessions++;
        replica_.link().avoid(number_);  // each from another one
        shared.seen.note(number_, Clock::now());
        loop.every(kBetweenProbes, [this] { return compare_replica(); });
    }
    loop.at_tick([this] { check_time(); });
}

void PostgresSession::check_time() {
    const auto now = Clock::now();
    if (now > next_probe_) {
        // So that a primary which falls silent is noticed before another takes its place, also when there is nothing to do.
        reader_.probe();
        next_probe_ = now + kBetweenProbes;
    }
    // Also where there is nothing to do: so that it is known whether the database is there.
    reader_.find_again();
    reader_.check_time();
    if (reader_.is_open() && !shared_.is_read_from_replicas) replica_.link().close_if_idle();
    replica_.link().check_time();
    writers_.check_time();
}

Task<> PostgresSession::compare_replica() {
    co_await replica_.compare(reader_);
    shared_.seen.note(number_, replica_.seen());
}

void PostgresSession::must_have_room() {
    try {
        writers_.must_have_room();
    } catch (const Problem&) {
        ++shared_.refused;
        throw;
    }
}

Task<> PostgresSession::check() {
    co_await reader_.opened(bounds_.patience);
    // However many reads wait: a process that has too much to do is not away.
    const OnRow ignore = [](const Row&) {};
    std::vector<Statement> anything(1, Statement{kAnything, {}, ignore});
    co_await read(anything, Source::primary, Room::any);
    if (!is_failing_) co_return;
    const auto now = Clock::now();
    if (now < next_try_) throw away();
    next_try_ = now + kBetweenTries;
    Job touch = [](Transaction& tx) { return tx.execute(kTouch); };
    co_await commit(std::move(touch), Repeatable::yes);
}

/// Asked of the primary alone: a replica would grant what another's primary has granted already.
Task<bool> PostgresSession::leads(Topic work) {
    co_await reader_.opened(bounds_.patience);
    const std::array<Value, 1> key{static_cast<std::int64_t>(work.hash)};
    const auto leads = co_await reader_.ask(kLead, key);
    co_return leads == std::int64_t{1};
}

Executor& PostgresSession::reads(Freshness freshness) {
    if (!shared_.is_read_from_replicas || !replica_.has_seen(freshness.since)) return *this;
    return from_replica_;
}

Task<> PostgresSession::run(const Query& query, std::span<const Value> values,
                            const OnRow& on_row) {
    return read_one(query, values, on_row, Source::primary);
}

Task<> PostgresSession::run_each(const Query& query, std::span<const Value> values,
                                 const OnRow& on_row) {
    return read_each(query, values, on_row, Source::primary);
}

Task<> PostgresSession::FromReplica::run(const Query& query, std::span<const Value> values,
                                         const OnRow& on_row) {
    return session_.read_one(query, values, on_row, Source::replica);
}

Task<> PostgresSession::FromReplica::run_each(const Query& query, std::span<const Value> values,
                                              const OnRow& on_row) {
    return session_.read_each(query, values, on_row, Source::replica);
}

Task<> PostgresSession::read_one(const Query& query, std::span<const Value> values,
                                 const OnRow& on_row, Source source) {
    std::vector<Statement> one(1, Statement{query, values, on_row});
    co_await read(one, source, Room::bounded);
}

Task<> PostgresSession::read_each(const Query& query, std::span<const Value> values,
                                  const OnRow& on_row, Source source) {
    std::vector<Statement> all;
    all.reserve(values.size());
    for (const Value& value : values) all.push_back({query, {&value, 1}, on_row});
    co_await read(all, source, Room::bounded);
}

/// Runs all of them, one batch if need be after the other. The rows come in their order: what is not done is what comes last.
Task<> PostgresSession::read(std::vector<Statement>& statements, Source source, Room room) {
    auto next = statements.begin();
    const auto until = Clock::now() + 2 * bounds_.patience;
    int runs = 0;
    while (next != statements.end()) {
        if (runs++ == kMostReadRuns || Clock::now() > until) throw away();
        Link* const link = co_await readable(source);
        const auto left = static_cast<std::size_t>(statements.end() - next);
        if (room == Room::bounded && !link->has_room(left)) {
            ++shared_.refused;
            throw Problem::unavailable("Too many reads are waiting; try again shortly.", 1s);
        }
        for (auto statement = next; statement != statements.end(); ++statement) {
            statement->outcome = Outcome::waiting;
            statement->error = nullptr;
            statement->waiter = {};
            link->send_read(*statement);
        }
        for (auto statement = next; statement != statements.end(); ++statement) {
            const Answered answered{*statement};
            co_await answered;
        }
        while (next != statements.end() && next->outcome == Outcome::done) ++next;
        if (next == statements.end() || next->outcome == Outcome::lost) continue;
        // A replica ends what is in the way of its catching up, and with it all of the batch.
        const bool was_asked_a_replica = source == Source::replica;
        source = Source::primary;
        if (next->outcome == Outcome::failed && !was_asked_a_replica) throw_failure(*next);
    }
}

/// The connection that reads go over now.
Task<Link*> PostgresSession::readable(Source source) {
    if (source == Source::replica && replica_.link().is_open()) co_return &replica_.link();
    const bool has_others = shared_.has_others();
    if (reader_.is_open() || !has_others || !shared_.servers.is_away()) {
        try {
            co_await reader_.opened(bounds_.patience);
            co_return &reader_;
        } catch (const Problem&) {
            // What one connection has not found another may have.
            if (!has_others || !shared_.servers.is_away()) throw;
        }
    }
    reader_.find_again();
    Link& other = replica_.link();
    if (!shared_.is_read_from_replicas) other.avoid(reader_.server());
    co_await other.opened(bounds_.patience);
    co_return &other;
}

Task<> PostgresSession::commit(Job job, Repeatable repeatable) {
    std::optional<Queued> queued(shared_);
    const Writers::Lease lease = co_await writers_.lease();
    queued.reset();
    const auto until = Clock::now() + 2 * bounds_.patience;
    int lost = 0;
    int clashes = 0;
    int violations = 0;
    while (true) {
        if (Clock::now() > until) throw away();
        co_await lease.link().opened(bounds_.patience);
        std::vector<Topic> changed;
        Run run(lease.link(), changed);
        std::exception_ptr error;
        try {
            co_await job(run);
        } catch (...) {
            error = std::current_exception();
        }
        const auto sent = Clock::now();
        const auto ending = co_await run.end(!error);
        is_failing_ = ending == Run::Ending::lost || ending == Run::Ending::in_doubt;
        if (is_failing_) ++shared_.lost;
        switch (ending) {
            case Run::Ending::committed:
                for (const Topic topic : changed) shared_.changes.note(topic);
                ++shared_.transactions;
                shared_.note_commit(Clock::now() - sent);
                co_return;
            case Run::Ending::undone:
                std::rethrow_exception(error);
            case Run::Ending::failed:
                if (!run.failure()->is_a_clash()) run.throw_failure();
                if (run.failure()->is_a_violation() && ++violations == kMostViolations) {
                    run.throw_failure();
                }
                if (++clashes == kMostClashes) run.throw_failure();
                break;
            case Run::Ending::in_doubt:
                if (repeatable == Repeatable::no) throw not_known();
                [[fallthrough]];
            case Run::Ending::lost:
                if (++lost >= kMostLostRuns) throw away();
        }
        ++shared_.run_again;
    }
}

}  // namespace stoa::db::postgres
