#pragma once

#include "platform/db/check.hpp"
#include "platform/db/rule.hpp"
#include "platform/db/sqlite/database.hpp"

#include <span>

namespace stoa::db::sqlite {

/// Checks a database that no process has open: that its file is whole (SQLite's integrity_check and foreign_key_check), then
/// each of `rules`. Without `repair` nothing is written; with it, what can be derived anew is. Throws std::runtime_error, with what to do, if another process
/// has it, or if its schema is not the program's.
void check(const Options& options, std::span<const Rule> rules, bool repair,
           const CheckProgress& progress);

/// Checks rules on a database and another, whose tables are found under its name: "users.users". Both are whole and up to date.
void check_across(const Options& options, const Options& other, std::span<const Rule> rules,
                  bool repair, const CheckProgress& progress);

/// check() of a copy that nobody uses, whatever its schema is. It is left as it is, and nothing beside it.
void check_copy(const Options& options, std::span<const Rule> rules, const CheckProgress& progress);

}  // namespace stoa::db::sqlite
