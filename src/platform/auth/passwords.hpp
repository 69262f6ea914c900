#pragma once

#include "platform/task.hpp"
#include "platform/worker_pool.hpp"

#include <cstddef>
#include <string>

namespace stoa {

/// How costly a password's hash is (argon2id, RFC 9106).
struct HashCost {
    unsigned long long operations = 2;
    std::size_t memory = std::size_t{64} << 20;  ///< bytes
};

/// Hashes passwords, and checks them, on the threads of a pool: a hash takes a tenth of a second and 64 MiB.
class Passwords {
  public:
    Passwords(WorkerPool& pool, Loop& loop, HashCost cost)
        : pool_(pool), loop_(loop), cost_(cost) {}

    /// A hash with a salt of its own, in the PHC string format. Throws Problem::unavailable if too many wait.
    Task<std::string> hash(std::string password) const;

    /// Whether `hash` was made of `password`. Throws Problem::unavailable if too many wait, or memory is short.
    Task<bool> matches(std::string hash, std::string password) const;

    /// Whether a hash was made at another cost than today's.
    bool is_outdated(const std::string& hash) const;

    /// A hash that no password matches, to be compared with where there is none, so that this takes the same time.
    std::string stand_in() const;

  private:
    WorkerPool& pool_;
    Loop& loop_;
    HashCost cost_;
};

}  // namespace stoa
