#pragma once

#include "platform/db/database.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace stoa::db {

/// Says in the log which statements of a database take long; never their values, which may be somebody's secrets. Used by all threads.
class SlowQueries {
  public:
    /// At 0 nothing is said.
    SlowQueries(std::string_view database, std::chrono::milliseconds limit)
        : database_(database), limit_(limit) {}

    bool is_on() const { return limit_.count() > 0; }

    /// Notes what a statement took.
    void note(const Query& query, std::chrono::nanoseconds time) {
        if (is_on() && time >= limit_) report(query, time);
    }

    std::uint64_t count() const { return count_; }

  private:
    void report(const Query& query, std::chrono::nanoseconds time);

    const std::string database_;
    const std::chrono::milliseconds limit_;
    std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace stoa::db
