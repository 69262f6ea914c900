#pragma once

#include "platform/db/contents.hpp"
#include "platform/db/sqlite/database.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

/// Copies of databases: made beside a running server, looked at, and made ready for use. Every call may throw std::runtime_error.
namespace stoa::db::sqlite {

/// Told of bytes that were copied, of all.
using OnBytes = std::function<void(std::uint64_t bytes, std::uint64_t all)>;

/// Copies a database as it is at one moment into a file that is not there yet, whoever writes to it meanwhile (SQLite's online backup
/// API within a read transaction: pages stay at their places). The log grows by what is written as long as that takes. The
/// copy is one file, without a log; it is not synced.
void copy(const std::filesystem::path& from, const std::filesystem::path& to,
          const OnBytes& on_bytes);

/// What is in a copy. If that can't be read, it is the original that is told to be damaged.
Contents contents_of(const std::filesystem::path& file, const std::filesystem::path& original);

/// How many steps of the schema a copy lacks. Throws as db::pending() does.
std::size_t missing_steps(const Options& options);

/// Brings a copy up to date, as a server's start would, then runs these with `$1` the time now, and lets all numbers that are given
/// out go on `gap` later. Afterwards it is one file, without a log.
void make_ready(const Options& options, std::span<const std::reference_wrapper<const Query>> steps,
                std::int64_t gap);

}  // namespace stoa::db::sqlite
