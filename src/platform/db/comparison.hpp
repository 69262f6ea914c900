#pragma once

#include "platform/db/pages.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace stoa::db {

/// What came out of a comparison of a table with its copy, row by row.
struct Comparison {
    struct Side {
        std::uint64_t rows = 0;
        std::uint64_t checksum = 0;  ///< over the rows' digests, in order
        friend bool operator==(const Side&, const Side&) = default;
    };
    Side original;
    Side copy;
    std::uint64_t differences = 0;
    std::vector<std::string> examples;  ///< of the first few rows: "17: is missing"

    bool is_same() const { return differences == 0 && original == copy; }
};

/// Compares all rows. `on_progress` is told of rows of the original that were read.
Comparison compare(const Table& table, Pages& original, Pages& copy,
                   const std::function<void(std::size_t rows)>& on_progress);

}  // namespace stoa::db
