#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace stoa::db {

/// What a database holds, by its outside.
struct Contents {
    std::vector<std::string> steps;                          ///< of the schema, that have run
    std::vector<std::pair<std::string, std::int64_t>> rows;  ///< of each table
};

/// What a database takes, in bytes.
struct Sizes {
    std::int64_t before = 0;
    std::int64_t after = 0;
};

}  // namespace stoa::db
