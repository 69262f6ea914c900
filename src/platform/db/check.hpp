#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What the engines' checks have in common.
namespace stoa::db {

/// What came out of one check.
struct Finding {
    static constexpr std::size_t kMostExamples = 10;

    std::size_t breaches = 0;
    std::vector<std::string> examples;  ///< the first few
    bool is_repaired = false;

    bool is_sound() const { return breaches == 0 || is_repaired; }

    void note(std::string_view breach) {
        ++breaches;
        if (examples.size() < kMostExamples) examples.emplace_back(breach);
    }
};

/// What is told of a check: when it begins what it looks at, and when it has ended what it found.
struct CheckProgress {
    std::function<void(std::string_view says)> begun;
    std::function<void(const Finding&)> ended;
};

}  // namespace stoa::db
