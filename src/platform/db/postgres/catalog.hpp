#pragma once

#include "platform/db/postgres/direct.hpp"
#include "platform/db/table.hpp"

#include <set>
#include <string>
#include <vector>

namespace stoa::db::postgres {

/// Those of these tables that the connection's schema has: none before one that its rows refer to. Throws std::runtime_error if one
/// can't be moved row by row.
std::vector<Table> tables_of(Direct& connection, const std::set<std::string>& names);

}  // namespace stoa::db::postgres
