#pragma once

#include "platform/db/rule.hpp"
#include "platform/db/sqlite/database.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace stoa {

/// A service's database in a data folder.
db::sqlite::Options database_of(std::string_view service, const std::filesystem::path& data);

/// What must hold of it.
std::span<const db::Rule> rules_of(std::string_view service);

}  // namespace stoa
