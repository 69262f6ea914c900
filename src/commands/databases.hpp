#pragma once

#include "commands/data_folder.hpp"
#include "platform/db/postgres/database.hpp"
#include "platform/db/rule.hpp"
#include "platform/db/sqlite/database.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoa {

/// A service's database in a data folder.
db::sqlite::Options database_of(std::string_view service, const std::filesystem::path& data);

/// A service's schema in a PostgreSQL database.
db::postgres::Options database_at(std::string_view service, const std::string& uri);

/// The services that have data there. Throws std::runtime_error, with what to do, if none has, or one's SQLite file is lost.
std::vector<std::string_view> services_in(const DataFolder& folder);

/// Throws std::runtime_error, with what to do, if a service's SQLite file was in the folder and is not: a server of some services makes no lock
/// for the others, so a lock without a file tells of one that was lost.
void must_not_be_lost(std::string_view service, const DataFolder& folder);

/// Whether a service's SQLite file is in a folder, or has been.
bool was_in(std::string_view service, const std::filesystem::path& data);

/// What must hold of it.
std::span<const db::Rule> rules_of(std::string_view service);

/// What must hold of the votes' tables and the users', which are found as "users.…".
std::span<const db::Rule> rules_of_votes_and_users();

using Steps = std::vector<std::reference_wrapper<const db::Query>>;

/// What makes it fit for use where writes came after the backup that it was restored from; `$1` is the time now.
Steps steps_after_restore(std::string_view service);

}  // namespace stoa
