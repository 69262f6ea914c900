#pragma once

#include "platform/db/postgres/direct.hpp"
#include "platform/db/table.hpp"

#include <string>

namespace stoa::db::postgres {

/// Adds rows to a table by `copy`, the fastest way, in its binary form, in which every text goes as it is (PostgreSQL's documentation,
/// COPY, File Formats).
class CopyIn {
  public:
    CopyIn(Direct& connection, const Table& table);

    /// A row of all the table's columns. Throws std::runtime_error if PostgreSQL can't hold it.
    void add(const Row& row);

    /// Throws Failure if the server takes the rows not.
    void end();

  private:
    template <class Integer>
    void append(Integer number);

    Direct& connection_;
    const Table& table_;
    std::string waiting_;
};

}  // namespace stoa::db::postgres
