#include "platform/db/postgres/link.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

/// Statements that may wait for their answers; fewer where more come than are answered.
constexpr std::size_t kMostOwed = 8'192;
constexpr std::size_t kMostOwedLate = 256;
/// For one server to let us in.
constexpr auto kConnectPatience = 1'500ms;
constexpr auto kShortestPause = 100ms;
constexpr auto kLongestPause = 1'000ms;

/// A prepared statement's name on the server: by the query's address, which is its identity.
std::string name_of(const Query& query) {
    return fmt::format("{}", static_cast<const void*>(&query));
}

std::string error_of(const Handle& connection) {
    std::string text = connection ? PQerrorMessage(connection.get()) : "there is no memory";
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

}  // namespace

Link::Link(Loop& loop, Servers& servers, std::chrono::milliseconds patience, std::size_t first)
    : loop_(loop),
      servers_(servers),
      patience_(patience),
      server_(first % servers.count()),
      pause_(kShortestPause) {}

Link::~Link() = default;

Task<> Link::opened(std::chrono::milliseconds within) {
    struct Opened {
        bool await_ready() const noexcept { return link.state_ == State::open || link.is_away_; }
        void await_suspend(std::coroutine_handle<> waiter) const {
            link.waiting_for_open_.push_back({waiter, until});
            if (link.state_ == State::closed) link.try_servers();
        }
        void await_resume() const noexcept {}
        Link& link;
        Clock::time_point until;
    };
    const Opened now{*this, Clock::now() + within};
    co_await now;
    if (state_ != State::open) {
        throw Problem::unavailable("The database can't be reached at the moment.", 5s);
    }
}

void Link::send(Statement& statement) {
    if (state_ == State::open) {
        enqueue(statement.query, statement.values, &statement);
    } else {
        statement.outcome = Statement::Outcome::lost;
    }
}

bool Link::has_room(std::size_t statements) const {
    const bool is_late = queue_.stood(Clock::now());
    // So many alone are not too many.
    return owed_.empty() || owed_.size() + statements <= (is_late ? kMostOwedLate : kMostOwed);
}

void Link::send(const Query& query) {
    if (state_ == State::open) enqueue(query, {}, nullptr);
}

void Link::enqueue(const Query& query, std::span<const Value> values, Statement* statement) {
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
    owe(sent, {Owed::Kind::answer, &query, statement, Clock::now()});
    ++batch_;
}

/// What could not be sent is not answered, and what comes after it would be taken for its answer.
void Link::owe(int was_sent, const Owed& owed) {
    if (was_sent == 1) {
        owed_.push_back(owed);
        return;
    }
    is_useless_ = true;
    if (owed.statement) owed.statement->outcome = Statement::Outcome::lost;
}

void Link::sync() {
    if (state_ != State::open) return;
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
    if (!is_well || is_useless_) give_up(error_of(connection_));
    resume_all(answered_);
}

void Link::take_answers() {
    bool was_nothing = false;
    while (!owed_.empty() && PQisBusy(connection_.get()) == 0) {
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
    const Owed& owed = owed_.front();
    Statement* const statement = owed.statement;
    switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC:
            owed_.pop_front();
            break;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            if (!statement) break;
            statement->outcome = Statement::Outcome::done;
            try {
                read_rows(result, statement->on_row);
            } catch (...) {
                statement->outcome = Statement::Outcome::failed;
                statement->error = std::current_exception();
            }
            break;
        case PGRES_PIPELINE_ABORTED:
            if (owed.kind == Owed::Kind::preparation) prepared_.erase(owed.query);
            if (!statement) break;
            statement->outcome =
                statement->error ? Statement::Outcome::failed : Statement::Outcome::skipped;
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
        spdlog::error("PostgreSQL: {} ({}) in: {}", failure.what(), failure.sqlstate(),
                      owed_.front().query ? owed_.front().query->sql : "");
        return;
    }
    statement->outcome = is_useless_ ? Statement::Outcome::lost : Statement::Outcome::failed;
    statement->error = std::make_exception_ptr(failure);
}

/// All results of what is owed first have come.
void Link::answered() {
    const Statement* const statement = owed_.front().statement;
    const auto now = Clock::now();
    queue_.note(now, now - owed_.front().since);
    owed_.pop_front();
    if (statement && statement->waiter) answered_.push_back(statement->waiter);
}

void Link::give_up(const std::string& why) {
    if (state_ == State::closed) return;
    spdlog::warn("the connection to {} is given up: {}", servers_.name(server_), why);
    state_ = State::closed;
    watch_.reset();
    connection_.reset();
    prepared_.clear();
    batch_ = 0;
    is_useless_ = false;
    for (const Owed& owed : std::exchange(owed_, {})) {
        if (!owed.statement) continue;
        owed.statement->outcome = Statement::Outcome::lost;
        if (owed.statement->waiter) answered_.push_back(owed.statement->waiter);
    }
}

/// The last that is done: those who go on may use the link, or end it.
void Link::resume_all(std::vector<std::coroutine_handle<>>& waiters) {
    for (const auto waiter : std::exchange(waiters, {})) waiter.resume();
}

void Link::check_time() {
    const auto now = Clock::now();
    if (state_ == State::connecting && now > give_up_at_) {
        not_connected("it does not answer");
    } else if (state_ == State::open && is_useless_) {
        give_up(error_of(connection_));
    } else if (state_ == State::open && !owed_.empty() && now > owed_.front().since + patience_) {
        give_up(fmt::format("no answer within {} ms", patience_.count()));
    } else if (state_ == State::closed && is_away_ && now > next_round_) {
        try_servers();
    }
    give_up_waiting(now);
    resume_all(answered_);
}

void Link::give_up_waiting(Clock::time_point now) {
    std::vector<std::coroutine_handle<>> late;
    std::erase_if(waiting_for_open_, [&](const Opening& opening) {
        if (opening.until > now) return false;
        late.push_back(opening.waiter);
        return true;
    });
    resume_all(late);
}

void Link::resume_waiting_for_open() {
    std::vector<std::coroutine_handle<>> waiters;
    for (const Opening& opening : waiting_for_open_) waiters.push_back(opening.waiter);
    waiting_for_open_.clear();
    resume_all(waiters);
}

/// Tries all servers, the last one first that let us in.
void Link::try_servers() {
    tried_ = 0;
    why_not_.clear();
    state_ = State::connecting;
    connect();
}

void Link::connect() {
    give_up_at_ = Clock::now() + kConnectPatience;
    connection_ = servers_.connect(server_);
    if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) {
        not_connected(error_of(connection_));
        return;
    }
    watch_ = loop_.watch(PQsocket(connection_.get()), [this] { on_ready(); });
    watch_->want_write();
}

void Link::go_on_connecting() {
    // It may go on with another socket, of the same number even.
    watch_.reset();
    const auto next = PQconnectPoll(connection_.get());
    if (next == PGRES_POLLING_FAILED) {
        not_connected(error_of(connection_));
        return;
    }
    watch_ = loop_.watch(PQsocket(connection_.get()), [this] { on_ready(); });
    if (next == PGRES_POLLING_WRITING) watch_->want_write();
    if (next != PGRES_POLLING_OK) return;
    PQsetnonblocking(connection_.get(), 1);
    PQenterPipelineMode(connection_.get());
    state_ = State::open;
    is_away_ = false;
    servers_.note_reached(server_);
    pause_ = kShortestPause;
    resume_waiting_for_open();
}

void Link::not_connected(const std::string& why) {
    why_not_ += fmt::format("{}{}: {}", why_not_.empty() ? "" : "; ", servers_.name(server_), why);
    watch_.reset();
    connection_.reset();
    server_ = (server_ + 1) % servers_.count();
    if (++tried_ < servers_.count()) {
        connect();
        return;
    }
    state_ = State::closed;
    is_away_ = true;
    servers_.note_away(why_not_);
    next_round_ = Clock::now() + pause_;
    pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, kLongestPause);
    resume_waiting_for_open();
}

}  // namespace stoa::db::postgres
