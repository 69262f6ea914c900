#include "platform/db/postgres/link.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>

/// How a link finds a server that lets it in.
namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

constexpr auto kLongestPause = 1'000ms;

// The first digits of the log's current file name, in hexadecimal; there is none to be asked for on a replica.
const Query kTimeline{
    "select case when pg_is_in_recovery() then 0 "
    "else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint end"};

}  // namespace

Task<> Link::opened(std::chrono::milliseconds within) {
    struct Opened {
        bool await_ready() const noexcept {
            return link.state_ == State::open || link.state_ == State::stuck || link.is_away_;
        }
        void await_suspend(std::coroutine_handle<> waiter) const {
            link.waiting_for_open_.push_back({waiter, until});
            if (link.state_ == State::closed) link.try_servers();
        }
        void await_resume() const noexcept {}
        Link& link;
        Clock::time_point until;
    };
    if (is_of_an_old_primary() || (state_ == State::open && is_useless_)) give_up(why_useless());
    const Opened now{*this, Clock::now() + within};
    co_await now;
    if (state_ != State::open) {
        throw Problem::unavailable("The database can't be reached at the moment.", 5s);
    }
}

/// Answered before all else that is sent on this connection.
void Link::ask_timeline() {
    timeline_ = 0;
    timeline_asked_.emplace(Statement{kTimeline, {}, on_timeline_});
    send(*timeline_asked_);
    sync();
}

bool Link::is_of_an_old_primary() const {
    const bool is_connected = state_ == State::open || state_ == State::stuck;
    return is_connected && timeline_ != 0 && timeline_ < servers_.timeline();
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
    give_up_at_ = Clock::now() + bounds_.connect_patience;
    connection_ = servers_.connect(server_);
    if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) {
        not_connected(error_of(connection_.get()));
        return;
    }
    if (is_watched()) watch_->want_write();
}

/// Begins to watch its socket. Where that can't be had, this server is not connected.
bool Link::is_watched() {
    try {
        watch_ = loop_.watch(PQsocket(connection_.get()), [this] { on_ready(); });
        return true;
    } catch (const std::system_error& error) {
        not_connected(error.what());
        return false;
    }
}

void Link::go_on_connecting() {
    // It may go on with another socket, of the same number even.
    watch_.reset();
    const auto next = PQconnectPoll(connection_.get());
    if (next == PGRES_POLLING_FAILED) {
        not_connected(error_of(connection_.get()));
        return;
    }
    if (!is_watched()) return;
    if (next == PGRES_POLLING_WRITING) watch_->want_write();
    if (next != PGRES_POLLING_OK) return;
    PQsetnonblocking(connection_.get(), 1);
    PQenterPipelineMode(connection_.get());
    PQsetNoticeReceiver(connection_.get(), on_notice, this);
    state_ = State::open;
    ++number_;
    servers_.note_open(1);
    last_server_ = server_;
    if (servers_.are_primaries()) ask_timeline();
    is_away_ = false;
    servers_.note_reached(server_);
    pause_ = kFirstPause;
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
