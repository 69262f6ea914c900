#include "platform/db/postgres/writers.hpp"

#include "platform/problem.hpp"

#include <array>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

/// Where more writes come than can be done, no more wait for each connection.
constexpr std::size_t kWaitForEach = 16;

}  // namespace

Writers::Writers(Loop& loop, Servers& servers, std::size_t connections, std::size_t queue,
                 std::chrono::milliseconds patience)
    : loop_(loop), queue_(queue), patience_(patience) {
    for (std::size_t i = 0; i < connections; ++i) {
        links_.push_back(std::make_unique<Link>(loop, servers, patience));
        free_.push_back(links_.back().get());
    }
}

Task<Writers::Lease> Writers::lease() {
    struct Lent {
        bool await_ready() const noexcept { return waiter.link != nullptr; }
        void await_suspend(std::coroutine_handle<> coroutine) const {
            waiter.coroutine = coroutine;
            line.push_back(&waiter);
        }
        void await_resume() const noexcept {}
        Waiter& waiter;
        std::deque<Waiter*>& line;
    };
    Waiter waiter;
    if (free_.empty()) {
        must_have_room();
        waiter.since = Clock::now();
    } else {
        waiter.link = free_.back();
        free_.pop_back();
        standing_.note_none();
    }
    const Lent lent{waiter, line_};
    co_await lent;
    if (!waiter.link) throw Problem::unavailable("Too many writes are waiting.", 1s);
    co_return Lease(*this, *waiter.link);
}

void Writers::must_have_room() {
    const bool stood = standing_.stood(Clock::now());
    const std::size_t room = stood ? std::min(queue_, kWaitForEach * links_.size()) : queue_;
    if (line_.size() < room || !free_.empty()) return;
    throw Problem::unavailable("Too many writes are waiting; try again shortly.", 1s);
}

void Writers::give_back(Link& link) {
    if (line_.empty()) {
        free_.push_back(&link);
        return;
    }
    Waiter& next = *line_.front();
    line_.pop_front();
    const auto now = Clock::now();
    standing_.note(now, now - next.since);
    next.link = &link;
    const std::array one{next.coroutine};
    loop_.resume(one);
}

void Writers::check_time() {
    for (const auto& link : links_) link->check_time();
    const auto too_long_ago = Clock::now() - patience_;
    while (!line_.empty() && line_.front()->since < too_long_ago) {
        const std::array one{line_.front()->coroutine};
        line_.pop_front();
        loop_.resume(one);
    }
}

}  // namespace stoa::db::postgres
