#include "platform/db/postgres/run.hpp"

#include "platform/problem.hpp"

#include <array>
#include <chrono>
#include <exception>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;
using Outcome = Statement::Outcome;

// Not the server's own default, which may be another. What must not change between a look and a write is locked.
const Query kBegin{"begin isolation level read committed"};
const Query kCommit{"commit"};
const Query kRollBack{"rollback"};
const Query kLock{"select pg_advisory_xact_lock($1)"};

const OnRow kIgnore = [](const Row&) {};

/// What a statement throws to the work of a transaction that is of no use any more. It is not told to anybody: end() says why.
Problem useless() { return Problem::unavailable("The database can't be used at the moment.", 5s); }

}  // namespace

Run::Run(Link& link, std::vector<Topic>& changed) : link_(link), changed_(changed) {
    link_.send(kBegin);  // goes out with the first statement
}

Task<> Run::lock(Topic topic) {
    const std::array<Value, 1> key{static_cast<std::int64_t>(topic.hash)};
    co_await run(kLock, key, kIgnore);
}

Task<> Run::run(const Query& query, std::span<const Value> values, const OnRow& on_row) {
    if (failure_ || is_lost_) throw useless();
    Statement statement{query, values, on_row};
    link_.send(statement);
    link_.sync();
    const Answered answered{statement};
    co_await answered;
    if (statement.outcome == Outcome::done) co_return;
    note(statement);
    if (failure_ || is_lost_) throw useless();
    std::rethrow_exception(statement.error);
}

void Run::note(const Statement& statement) {
    // Skipped: its begin has failed.
    if (statement.outcome != Outcome::failed) is_lost_ = true;
    try {
        if (statement.error) std::rethrow_exception(statement.error);
    } catch (const Failure& failure) {
        failure_ = failure;
        failed_ = &statement.query;
    } catch (const std::exception&) {
        // What could not be read of a row is not the server's fault.
    }
}

Task<Run::Ending> Run::end(bool is_well) {
    if (is_lost_) co_return Ending::lost;
    const bool commits = is_well && !failure_;
    Statement last{commits ? kCommit : kRollBack, {}, kIgnore};
    link_.send(last);
    link_.sync();
    const Answered answered{last};
    co_await answered;
    if (failure_) co_return Ending::failed;
    if (!commits) co_return Ending::undone;
    // A warning is how the server says that it has not waited for the replica.
    if (last.outcome == Outcome::done && !last.was_warned) co_return Ending::committed;
    note(last);
    co_return failure_ && !is_lost_ ? Ending::failed : Ending::in_doubt;
}

}  // namespace stoa::db::postgres
