#pragma once

#include "platform/db/postgres/direct.hpp"

#include <string_view>

namespace stoa::db::postgres {

/// Stands in a schema as long as it is being filled from elsewhere: a row for each table that some rows are in, with their number.
inline constexpr std::string_view kFilling = "filling";

/// Whether the connection's schema is being filled, and so has not all its rows.
bool is_being_filled(Direct& connection);

}  // namespace stoa::db::postgres
