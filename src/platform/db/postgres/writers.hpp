#pragma once

#include "platform/db/postgres/link.hpp"
#include "platform/standing_queue.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace stoa::db::postgres {

/// Connections that are lent to one write at a time, and the line of those who wait for one.
class Writers {
  public:
    Writers(Loop& loop, Servers& servers, std::size_t connections, std::size_t queue,
            std::chrono::milliseconds patience);

    /// One of the connections, for as long as it lives.
    class Lease {
      public:
        Lease(Writers& writers, Link& link) : writers_(&writers), link_(&link) {}
        Lease(Lease&& other) noexcept
            : writers_(std::exchange(other.writers_, nullptr)), link_(other.link_) {}
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (writers_) writers_->give_back(*link_);
        }
        Link& link() const { return *link_; }

      private:
        Writers* writers_;
        Link* link_;
    };

    /// Waits for one. Throws Problem::unavailable if too many wait, or after too long a time.
    Task<Lease> lease();

    /// Throws Problem::unavailable if too many wait.
    void must_have_room();

    void check_time();

  private:
    using Clock = std::chrono::steady_clock;
    struct Waiter {
        Link* link = nullptr;  ///< none at the end: it has waited for too long
        std::coroutine_handle<> coroutine = {};
        Clock::time_point since = {};
    };

    Link* take_free();
    bool are_stuck() const;
    void give_back(Link& link);

    Loop& loop_;
    const std::size_t queue_;
    const std::chrono::milliseconds patience_;
    std::vector<std::unique_ptr<Link>> links_;
    std::vector<Link*>
        free_;  ///< the one that was used last is at the end: it is open, most likely
    std::deque<Waiter*> line_;
    StandingQueue standing_;
};

}  // namespace stoa::db::postgres
