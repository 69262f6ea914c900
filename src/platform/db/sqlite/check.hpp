#pragma once

#include "platform/db/rule.hpp"
#include "platform/db/sqlite/database.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::db::sqlite {

/// What came out of one check.
struct Finding {
    std::size_t breaches = 0;
    std::vector<std::string> examples;  ///< the first few
    bool is_repaired = false;

    bool is_sound() const { return breaches == 0 || is_repaired; }
};

/// What is told of a check: when it begins what it looks at, and when it has ended what it found.
struct CheckProgress {
    std::function<void(std::string_view says)> begun;
    std::function<void(const Finding&)> ended;
};

/// Checks a database that no process has open: that its file is whole (SQLite's integrity_check and foreign_key_check), then
/// each of `rules`. Without `repair` nothing is written; with it, what can be derived anew is. Throws std::runtime_error, with what to do, if another process
/// has it, or if its schema is not the program's.
void check(const Options& options, std::span<const Rule> rules, bool repair,
           const CheckProgress& progress);

}  // namespace stoa::db::sqlite
