#pragma once

#include "platform/db/contents.hpp"
#include "platform/db/sqlite/database.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What is done to a database between two runs of its server. Interrupted at any time it is what it was, or done; every call may throw
/// std::runtime_error, with what to do.
namespace stoa::db::sqlite {

/// The names of the schema's steps that it lacks. Throws as db::pending() does.
std::vector<std::string> steps_to_run(const Options& options);

/// Copies it beside itself, then brings it up to date. There is one copy at most; where it is now.
std::filesystem::path upgrade(const Options& options);

/// Puts that copy back in its place. Where the database is that stood there, with all that was written since; nothing if there is no copy.
std::optional<std::filesystem::path> go_back(const Options& options);

/// Writes it anew, without the room that what was deleted has left, and with statistics for SQLite's planner.
Sizes vacuum(const Options& options);

}  // namespace stoa::db::sqlite
