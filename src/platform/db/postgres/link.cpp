#include "platform/db/postgres/link.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

/// Reads that may wait for their answers; what is sent as one counts as one where more come than are answered.
constexpr std::size_t kMostOwed = 8'192;
constexpr std::size_t kMostOwedLate = 256;
constexpr std::string_view kNotPrepared = "26000";

const Query kProbe{"select 1"};

/// A prepared statement's name on the server: by the query's address, which is its identity.
std::string name_of(const Query& query) {
    return fmt::format("{}", static_cast<const void*>(&query));
}

}  // namespace

Link::Link(Loop& loop, Servers& servers, const Bounds& bounds)
    : loop_(loop),
      servers_(servers),
      bounds_(bounds),
      on_timeline_([this](const Row& row) {
          timeline_ = row.integer(0);
          if (!servers_.note_timeline(timeline_)) is_useless_ = true;
      }),
      pause_(kFirstPause) {}

Link::~Link() {
    if (state_ == State::open || state_ == State::stuck) servers_.note_open(-1);
}

void Link::send(Statement& statement) {
    if (state_ == State::open) {
        enqueue(statement.query, statement.values, &statement);
    } else {
        statement.outcome = Statement::Outcome::lost;
    }
}

void Link::send_read(Statement& statement) {
    if (state_ == State::open && Joined::takes(statement)) {
        joining_.add(statement);
    } else {
        send(statement);
    }
}

Task<std::optional<std::int64_t>> Link::ask(const Query& query, std::span<const Value> values) {
    std::optional<std::int64_t> number;
    const OnRow on_row = [&](const Row& row) { number = row.integer(0); };
    Statement statement{query, values, on_row};
    send(statement);
    const Answered answered{statement};
    co_await answered;
    if (statement.outcome != Statement::Outcome::done) number.reset();
    co_return number;
}

void Link::enqueue_reads() {
    joining_.take([this](Statement& alone) { enqueue(alone.query, alone.values, &alone); },
                  [this](std::unique_ptr<Joined> joined) {
                      joined_ += joined->size() - 1;
                      Statement& whole = joined->whole();
                      enqueue(whole.query, whole.values, &whole, std::move(joined));
                  });
}

bool Link::has_room(std::size_t statements) const {
    const std::size_t waiting = owed_.size() + joined_ + joining_.size();
    if (waiting == 0) return true;  // so many alone are not too many
    if (waiting + statements > kMostOwed) return false;
    // Where more come than are answered: what is joined costs about as much as one.
    const std::size_t new_ones = (joining_.size() + statements) / Joined::kMost + 1;
    return !queue_.stood(Clock::now()) || owed_.size() + new_ones <= kMostOwedLate;
}

void Link::send(const Query& query) {
    if (state_ == State::open) enqueue(query, {}, nullptr);
}

void Link::enqueue(const Query& query, std::span<const Value> values, Statement* statement,
                   std::unique_ptr<Joined> joined) {
    const Parameters parameters(values);
    const std::string name = name_of(query);
    PGconn* const connection = connection_.get();
    if (prepared_.insert(&query).second) {
        const int sent = PQsendPrepare(connection, name.c_str(), query.sql.c_str(),
                                       parameters.count(), parameters.types());
        owe(sent, {Owed::Kind::preparation, &query, nullptr, Clock::now()});
    }
    const int sent = PQsendQueryPrepared(connection, name.c_str(), parameters.count(),
                                         parameters.texts(), nullptr, nullptr, 0);
    owe(sent, {Owed::Kind::answer, &query, statement, Clock::now(), std::move(joined)});
    ++batch_;
}

/// What could not be sent is not answered, and what comes after it would be taken for its answer.
void Link::owe(int was_sent, Owed owed) {
    if (was_sent == 1) {
        owed_.push_back(std::move(owed));
        return;
    }
    is_useless_ = true;
    tell(owed, Statement::Outcome::lost);
}

void Link::probe() {
    if (state_ != State::open || !owed_.empty()) return;
    send(kProbe);
    sync();
}

void Link::on_notice(void* self, const PGresult* notice) {
    auto& link = *static_cast<Link*>(self);
    const Failure told(notice);
    const char* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (!severity || std::string_view(severity) != "WARNING") return;
    spdlog::warn("PostgreSQL: {} ({})", told.what(), told.sqlstate());
    if (!link.owed_.empty() && link.owed_.front().statement) {
        link.owed_.front().statement->was_warned = true;
    }
}

void Link::sync() {
    if (state_ != State::open) return;
    enqueue_reads();
    batch_ = 0;
    owe(PQpipelineSync(connection_.get()), {Owed::Kind::sync, nullptr, nullptr, Clock::now()});
    flush();
}

void Link::flush() {
    if (PQflush(connection_.get()) == 1) watch_->want_write();
}

void Link::on_ready() {
    if (state_ == State::connecting) {
        go_on_connecting();
        return;
    }
    flush();
    const bool is_well = PQconsumeInput(connection_.get()) == 1;
    // What a server says before it goes comes first.
    take_answers();
    if (!is_well || is_useless_) give_up(why_useless());
    // What a stuck one was asked has its answer at last; a transaction of nobody's may be left.
    if (state_ == State::stuck && owed_.empty()) close();
    resume_all(answered_);
}

std::string Link::why_useless() const {
    return timeline_ < servers_.timeline() ? "another server is the primary now"
                                           : error_of(connection_.get());
}

void Link::take_answers() {
    bool was_nothing = false;
    while (!owed_.empty() && !is_useless_ && PQisBusy(connection_.get()) == 0) {
        const Result result(PQgetResult(connection_.get()), PQclear);
        if (result) {
            take(result.get());
            was_nothing = false;
        } else if (owed_.front().kind != Owed::Kind::sync) {
            answered();
        } else if (std::exchange(was_nothing, true)) {
            return;
        }
    }
}

/// One result, of what is owed first; nothing follows if there are no more for it.
void Link::take(const PGresult* result) {
    Owed& owed = owed_.front();
    Statement* const statement = owed.statement;
    switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC:
            owed_.pop_front();
            break;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            owed.outcome = Statement::Outcome::done;
            if (!statement) break;
            try {
                read_rows(result, statement->on_row);
            } catch (...) {
                owed.outcome = Statement::Outcome::failed;
                statement->error = std::current_exception();
            }
            break;
        case PGRES_PIPELINE_ABORTED:
            if (owed.kind == Owed::Kind::preparation) prepared_.erase(owed.query);
            owed.outcome = statement && statement->error ? Statement::Outcome::failed
                                                         : Statement::Outcome::skipped;
            break;
        default:
            take_failure(result);
    }
}

void Link::take_failure(const PGresult* result) {
    const Failure failure(result);
    if (failure.is_of_the_server()) is_useless_ = true;
    Statement* statement = owed_.front().statement;
    if (owed_.front().kind == Owed::Kind::preparation) {
        prepared_.erase(owed_.front().query);
        // The statement itself is skipped then, for this reason.
        statement = owed_.size() > 1 ? owed_[1].statement : nullptr;
        if (statement) statement->error = std::make_exception_ptr(failure);
        return;
    }
    if (!statement) {
        spdlog::debug("PostgreSQL: {} ({}) in: {}", failure.what(), failure.sqlstate(),
                      owed_.front().query ? owed_.front().query->sql : "");
        return;
    }
    if (failure.sqlstate() == kNotPrepared) {
        // Its preparation was in a batch of which something else failed.
        prepared_.erase(owed_.front().query);
        owed_.front().outcome = Statement::Outcome::skipped;
        return;
    }
    owed_.front().outcome = is_useless_ ? Statement::Outcome::lost : Statement::Outcome::failed;
    statement->error = std::make_exception_ptr(failure);
}

/// All results of what is owed first have come.
void Link::answered() {
    const Owed owed = std::move(owed_.front());
    owed_.pop_front();
    const auto now = Clock::now();
    queue_.note(now, now - owed.since);
    if (owed.kind == Owed::Kind::answer) servers_.note_time(*owed.query, now - owed.since);
    tell(owed, owed.outcome);
}

void Link::tell(const Owed& owed, Statement::Outcome outcome) {
    if (owed.joined) {
        joined_ -= owed.joined->size() - 1;
        for (Statement* part : owed.joined->ended(outcome)) end(*part, part->outcome);
    } else if (owed.statement) {
        end(*owed.statement, outcome);
    }
}

void Link::end(Statement& statement, Statement::Outcome outcome) {
    statement.outcome = outcome;
    if (statement.waiter) answered_.push_back(statement.waiter);
}

void Link::give_up(const std::string& why) {
    if (state_ == State::closed) return;
    spdlog::warn("the connection to {} is given up: {}", servers_.name(server_), why);
    // It would let us in again.
    if (is_of_an_old_primary()) server_ = (server_ + 1) % servers_.count();
    close();
}

void Link::close_if_idle() {
    if (state_ == State::open && owed_.empty() && !has_open_batch()) close();
}

void Link::leave(const std::string& why) {
    give_up(why);
    server_ = (last_server_ + 1) % servers_.count();
}

void Link::close() {
    if (state_ == State::open || state_ == State::stuck) servers_.note_open(-1);
    state_ = State::closed;
    timeline_ = 0;
    watch_.reset();
    connection_.reset();
    prepared_.clear();
    batch_ = 0;
    is_useless_ = false;
    for (Statement* read : joining_.drop()) end(*read, Statement::Outcome::lost);
    for (const Owed& owed : std::exchange(owed_, {})) tell(owed, Statement::Outcome::lost);
}

/// Their statements are lost; the answers are still owed.
void Link::forget_waiters() {
    for (Owed& owed : owed_) {
        tell(owed, Statement::Outcome::lost);
        owed.statement = nullptr;
        owed.joined.reset();
    }
}

/// The last that is done: those who go on may use the link, or end it.
void Link::resume_all(std::vector<std::coroutine_handle<>>& waiters) {
    for (const auto waiter : std::exchange(waiters, {})) waiter.resume();
}

void Link::check_time() {
    const auto now = Clock::now();
    const bool is_late = !owed_.empty() && now > owed_.front().since + bounds_.patience;
    if (state_ == State::connecting && now > give_up_at_) {
        not_connected("it does not answer");
    } else if (is_of_an_old_primary() || (state_ == State::open && is_useless_)) {
        give_up(why_useless());
    } else if (state_ == State::open && is_late) {
        is_silent(fmt::format("no answer within {} ms", bounds_.patience.count()));
    } else if (state_ == State::closed && is_away_ && now > next_round_) {
        try_servers();
    }
    give_up_waiting(now);
    resume_all(answered_);
}

void Link::is_silent(const std::string& why) {
    if (bounds_.gives_up) {
        // The others first: it may stay silent.
        leave(why);
        return;
    }
    spdlog::warn("the connection to {} is stuck: {}", servers_.name(server_), why);
    state_ = State::stuck;
    batch_ = 0;
    forget_waiters();
}

}  // namespace stoa::db::postgres
