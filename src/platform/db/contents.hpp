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

}  // namespace stoa::db
