#pragma once

#include "platform/http/io_loop.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>

namespace stoa::http {

/// The pace at which one I/O thread tells clients that there is no room for their requests. The first are told at once. But
/// telling costs as much as answering a simple request, and a client that is told at once may ask at once again: beyond
/// some in each period the answers wait for their turn, so that refusing takes a small part of the thread's time, and what
/// is accepted gets the rest. Who waits is bounded by the connections that may be open.
class Refusals {
  public:
    explicit Refusals(asio::io_context& context) : next_period_(context.get_executor()) {}

    /// `co_await refusals.turn()` goes on when one more may be told.
    auto turn() {
        struct Turn {
            bool await_ready() const { return refusals.is_free(); }
            void await_suspend(std::coroutine_handle<> waiter) const { refusals.queue(waiter); }
            void await_resume() const noexcept {}
            Refusals& refusals;
        };
        return Turn{*this};
    }

    static constexpr std::chrono::milliseconds kPeriod{10};
    static constexpr std::size_t kInPeriod = 60;  ///< refusals

  private:
    bool is_free();
    void queue(std::coroutine_handle<> waiter);
    void await_period();
    void begin_period();

    Timer next_period_;
    Timer::clock_type::time_point period_end_;
    std::size_t left_ = 0;  ///< of this period
    std::deque<std::coroutine_handle<>> waiting_;
};

}  // namespace stoa::http
