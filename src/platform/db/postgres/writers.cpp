#include "platform/db/postgres/writers.hpp"

#include "platform/problem.hpp"

#include <algorithm>
#include <array>
#include <iterator>

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
        links_.push_back(std::make_unique<Link>(
            loop, servers, Link::Bounds{.patience = patience, .gives_up = false}));
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
    waiter.link = take_free();
    if (!waiter.link) {
        must_have_room();
        waiter.since = Clock::now();
    }
    const Lent lent{waiter, line_};
    co_await lent;
    if (!waiter.link) throw Problem::unavailable("Too many writes are waiting.", 1s);
    co_return Lease(*this, *waiter.link);
}

/// The free one that was used last, of those that can be used.
Link* Writers::take_free() {
    const auto found = std::find_if(free_.rbegin(), free_.rend(),
                                    [](const Link* link) { return !link->is_stuck(); });
    if (found == free_.rend()) return nullptr;
    Link* const link = *found;
    free_.erase(std::next(found).base());
    standing_.note_none();
    return link;
}

/// Nobody knows when one can be used again.
bool Writers::are_stuck() const {
    return std::all_of(links_.begin(), links_.end(),
                       [](const auto& link) { return link->is_stuck(); });
}

void Writers::must_have_room() {
    if (are_stuck()) {
        throw Problem::unavailable("The database keeps no writes at the moment.", 5s);
    }
    const bool stood = standing_.stood(Clock::now());
    const std::size_t room = stood ? std::min(queue_, kWaitForEach * links_.size()) : queue_;
    if (line_.size() < room) return;
    throw Problem::unavailable("Too many writes are waiting; try again shortly.", 1s);
}

void Writers::give_back(Link& link) {
    if (line_.empty() || link.is_stuck()) {
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
    // One that was stuck, and is not any more, is not given back by anybody.
    while (!line_.empty()) {
        Link* const link = take_free();
        if (!link) break;
        give_back(*link);
    }
    const auto too_long_ago = Clock::now() - patience_;
    while (!line_.empty() && (are_stuck() || line_.front()->since < too_long_ago)) {
        const std::array one{line_.front()->coroutine};
        line_.pop_front();
        loop_.resume(one);
    }
}

}  // namespace stoa::db::postgres
