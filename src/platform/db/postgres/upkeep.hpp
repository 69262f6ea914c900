#pragma once

#include "platform/db/contents.hpp"
#include "platform/db/postgres/database.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What is done to a schema beside the processes that use it. Every call may throw std::runtime_error, with what to do.
namespace stoa::db::postgres {

/// The names of the schema's steps that it lacks. Throws as db::pending() does.
std::vector<std::string> steps_to_run(const Options& options);

/// Brings it up to date, all of it or nothing.
void upgrade(const Options& options);

/// `vacuum (analyze)` of each table: the room of what was deleted is used again, and given back where it is at a table's end.
Sizes vacuum(const Options& options);

}  // namespace stoa::db::postgres
