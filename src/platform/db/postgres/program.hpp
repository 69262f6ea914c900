#pragma once

#include <string>
#include <vector>

namespace stoa::db::postgres {

/// PostgreSQL's own programs, which know their formats best.
struct Program {
    std::string name;  ///< "pg_dump"; looked up in PATH
    std::vector<std::string> arguments;
    std::string uri;  ///< of the database, given in its environment: arguments can be seen by all
};

/// Runs one to its end; what it says goes to standard error. Throws std::runtime_error, with what to do, if it isn't installed or fails.
void run(const Program& program);

/// The name of the URI's database.
std::string database_name(const std::string& uri);

}  // namespace stoa::db::postgres
