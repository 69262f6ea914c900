#pragma once

#include "platform/db/migrations.hpp"
#include "platform/db/postgres/direct.hpp"

#include <span>
#include <string_view>

namespace stoa::db::postgres {

/// Makes a service's schema and brings it up to date, all of it or nothing; processes that do so at once do it one after the
/// other. Throws std::runtime_error, with what to do.
void migrate(Direct& connection, std::string_view schema, std::span<const std::string> folders);

}  // namespace stoa::db::postgres
