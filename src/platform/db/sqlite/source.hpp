#pragma once

#include "platform/db/folder_lock.hpp"
#include "platform/db/pages.hpp"
#include "platform/db/sqlite/database.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace stoa::db::sqlite {

/// A database whose rows are moved elsewhere. No other process has it meanwhile, and nothing in it is changed. Every call may
/// throw std::runtime_error, with what to do.
class Source {
  public:
    /// Throws if another process has it, or if its schema is not the program's.
    explicit Source(const Options& options);

    /// All of them but the engine's own.
    std::set<std::string> tables() const;

    /// Throws unless it has these tables and no others, each with these columns and no others.
    void must_have(std::span<const Table> tables) const;

    std::uint64_t count(const Table& table) const;

    /// The highest number that a table ever gave out, whether its row is still there or not; 0: none.
    std::int64_t last_number(const Table& table) const;

    Pages pages(const Table& table, std::optional<Key> after = {}) const;

  private:
    FolderLock lock_;
    std::filesystem::path file_;
};

}  // namespace stoa::db::sqlite
