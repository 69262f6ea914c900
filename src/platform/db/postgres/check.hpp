#pragma once

#include "platform/db/check.hpp"
#include "platform/db/postgres/database.hpp"
#include "platform/db/rule.hpp"

#include <span>

namespace stoa::db::postgres {

/// Whether the database has the schema's tables.
bool exists(const Options& options);

/// Checks each of `rules` as of one moment, also while processes use the database. Without `repair` nothing is written; with it, what
/// can be derived anew is, and writes wait meanwhile. Throws std::runtime_error, with what to do, if the database can't be reached or its
/// schema is not the program's.
void check(const Options& options, std::span<const Rule> rules, bool repair,
           const CheckProgress& progress);

}  // namespace stoa::db::postgres
