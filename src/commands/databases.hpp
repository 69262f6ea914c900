#pragma once

#include "platform/db/postgres/database.hpp"
#include "platform/db/rule.hpp"
#include "platform/db/sqlite/database.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace stoa {

/// A service's database in a data folder.
db::sqlite::Options database_of(std::string_view service, const std::filesystem::path& data);

/// A service's schema in a PostgreSQL database.
db::postgres::Options database_at(std::string_view service, const std::string& uri);

/// What must hold of it.
std::span<const db::Rule> rules_of(std::string_view service);

}  // namespace stoa
