#pragma once

#include "platform/db/table.hpp"

#include <functional>
#include <optional>
#include <span>

namespace stoa::db {

/// A table's rows in the order of its key, a page at a time: none is held, and one may go on later where one was.
class Pages {
  public:
    /// Runs a query on an engine.
    using Run =
        std::function<void(const Query& query, std::span<const Value> values, const OnRow& on_row)>;

    static constexpr std::size_t kRows = 5'000;

    /// `after`: a key; the rows up to it are left out. The table outlives it.
    Pages(const Table& table, Run run, std::optional<Key> after = {}, std::size_t rows = kRows);

    /// Gives the rows of the next page, and how many there were: 0 at the end.
    std::size_t next(const OnRow& on_row);

  private:
    const Table& table_;
    std::size_t rows_;
    Query from_the_start_;
    Query after_a_key_;
    Run run_;
    std::optional<Key> last_;
    bool is_at_end_ = false;
};

}  // namespace stoa::db
