#pragma once

#include "platform/db/contents.hpp"
#include "platform/db/postgres/database.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Logical backups, by pg_dump and pg_restore. Every call may throw std::runtime_error, with what to do.
namespace stoa::db::postgres {

/// Dumps those of these schemas that are there to a file, all as of one moment, whoever writes meanwhile. Tables are told as
/// "posts.posts".
Contents dump(const std::string& uri, std::span<const std::string_view> schemas,
              const std::filesystem::path& file);

/// Reads a dump to its end.
void must_be_readable(const std::filesystem::path& file);

struct Part {
    Options options;
    std::vector<std::reference_wrapper<const Query>> steps;  ///< to be run at the end
};

/// Restores a dump into a database that has none of these schemas, brings them up to date, runs the parts' steps with `$1` the time now, and
/// lets all numbers that are given out go on `gap` later. Before it has come to its end no server starts on them.
void restore(std::span<const Part> parts, const std::filesystem::path& file, std::int64_t gap);

}  // namespace stoa::db::postgres
