#include "platform/http/refusals.hpp"

#include <algorithm>

namespace stoa::http {

bool Refusals::is_free() {
    const auto now = Timer::clock_type::now();
    if (now >= period_end_ && waiting_.empty()) {
        period_end_ = now + kPeriod;
        left_ = kInPeriod;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
}

void Refusals::queue(std::coroutine_handle<> waiter) {
    waiting_.push_back(waiter);
    if (waiting_.size() == 1) await_period();
}

void Refusals::await_period() {
    next_period_.expires_at(period_end_);
    next_period_.async_wait([this](const boost::system::error_code&) { begin_period(); });
}

void Refusals::begin_period() {
    period_end_ = Timer::clock_type::now() + kPeriod;
    const std::size_t count = std::min(waiting_.size(), kInPeriod);
    left_ = kInPeriod - count;
    // Who is told may come back within this call; so all are taken off first.
    const std::deque<std::coroutine_handle<>> told(
        waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    if (!waiting_.empty()) await_period();
    for (const auto waiter : told) waiter.resume();
}

}  // namespace stoa::http
