#pragma once

#include "platform/db/database.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// PostgreSQL: the engine of a site that one machine is too small or too fragile for. Many processes may use one database.
namespace stoa::db::postgres {

struct Options {
    std::string uri;                      ///< see Servers
    std::string replicas = {};            ///< of copies that reads may go to; see Servers
    std::string_view name;                ///< of the schema that holds its tables
    std::vector<std::string> migrations;  ///< folders of schema steps, in order
    std::size_t writers = 4;              ///< connections for writes, of each session
    std::size_t queue = 1'024;            ///< writes that may wait for one; one more is refused
    std::chrono::milliseconds patience{5'000};  ///< for an answer; longer is a fault
};

/// Opens a database, made and brought up to date as needed. Throws std::runtime_error, with what to do, if it can't be
/// reached or used.
std::unique_ptr<Database> open(const Options& options);

/// Notes in a database that is up to date whose secrets are in it, the first time; `owner` tells it without telling them. Throws
/// std::runtime_error, with what to do, if it is another's.
void claim(const Options& options, std::string_view owner);

}  // namespace stoa::db::postgres
