#pragma once

#include "platform/db/migrations.hpp"
#include "platform/db/postgres/direct.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::db::postgres {

bool has_schema(Direct& connection, std::string_view schema);

/// The steps that a schema still lacks. Throws as db::pending() does.
std::vector<Migration> missing_steps(Direct& connection, std::span<const std::string> folders);

/// The tables of the connection's schema, but for the record of its steps: as SQL wants them, with commas between.
std::string list_of_tables(Direct& connection);

/// Makes a service's schema and brings it up to date, all of it or nothing; processes that do so at once do it one after the
/// other. Throws std::runtime_error, with what to do.
void migrate(Direct& connection, std::string_view schema, std::span<const std::string> folders);

}  // namespace stoa::db::postgres
