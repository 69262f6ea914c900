#pragma once

#include "platform/db/migrations.hpp"
#include "platform/db/sqlite/connection.hpp"

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace stoa::db::sqlite {

/// The steps that a database's schema still lacks. Throws as db::pending() does.
std::vector<Migration> missing_steps(Connection& connection, std::span<const std::string> folders);

/// Brings the schema up to date, all of it or nothing; two processes can't do it at once.
void migrate(const std::filesystem::path& file, std::span<const std::string> folders);

}  // namespace stoa::db::sqlite
