#pragma once

#include "platform/db/postgres/target.hpp"
#include "platform/db/sqlite/source.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace stoa {

/// The move of one service's rows from its SQLite file to its schema in a PostgreSQL database. What it does it prints, a line for each
/// table. Every call may throw std::runtime_error.
class Move {
  public:
    /// Throws, with what to do, if one of them can't be used, or is used by somebody else.
    Move(std::string_view service, const std::filesystem::path& data, const std::string& uri);

    /// Whether there are rows that are of no move that goes on: of one that has finished, or somebody else's.
    bool is_target_filled() { return target_.state() == db::postgres::Target::State::filled; }

    /// Copies what is not there yet.
    void copy();

    /// Compares all rows. Gives in how many of the tables something differs.
    int verify();

    /// To be called when nothing differs.
    void finish() { target_.finish(); }

  private:
    void copy(const db::Table& table);
    bool is_same(const db::Table& table);

    std::string_view service_;
    db::sqlite::Source source_;
    db::postgres::Target target_;
};

}  // namespace stoa
