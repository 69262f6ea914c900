#pragma once

#include "platform/db/postgres/direct.hpp"
#include "platform/db/table.hpp"

#include <vector>

namespace stoa::db::postgres {

/// The tables of the connection's schema but those of the engine itself: none before one that its rows refer to. Throws
/// std::runtime_error if one can't be moved row by row.
std::vector<Table> tables_of(Direct& connection);

}  // namespace stoa::db::postgres
