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

/// Keeps all others from writing to a schema's tables until the transaction ends.
void lock_tables(Direct& connection, std::string_view schema);

/// Makes a service's schema and brings it up to date, all of it or nothing; processes that do so at once do it one after the
/// other. Throws std::runtime_error, with what to do.
void migrate(Direct& connection, std::string_view schema, std::span<const std::string> folders);

}  // namespace stoa::db::postgres
