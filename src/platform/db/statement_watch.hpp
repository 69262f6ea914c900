#pragma once

#include "platform/db/database.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace stoa::db {

/// Counts the statements of a database that something is the matter with, and says in the log which are slow; never their values, which may
/// be somebody's secrets. Used by all threads.
class StatementWatch {
  public:
    /// Statements that take so long are slow; 0: none is.
    StatementWatch(std::string_view database, std::chrono::milliseconds limit)
        : database_(database), limit_(limit) {}

    bool is_timing() const { return limit_.count() > 0; }

    /// Notes what a statement took.
    void note_time(const Query& query, std::chrono::nanoseconds time) {
        if (is_timing() && time >= limit_) report(query, time);
    }

    /// Notes one that found the file damaged, or could not read it.
    void note_damage() { ++damaged_; }

    std::uint64_t slow() const { return slow_; }
    std::uint64_t damaged() const { return damaged_; }

  private:
    void report(const Query& query, std::chrono::nanoseconds time);

    const std::string database_;
    const std::chrono::milliseconds limit_;
    std::atomic<std::uint64_t> slow_ = 0;
    std::atomic<std::uint64_t> damaged_ = 0;
};

}  // namespace stoa::db
