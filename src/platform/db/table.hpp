#pragma once

#include "platform/db/database.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stoa::db {

struct Column {
    std::string name;
    bool is_integer = false;  ///< else it holds text
};

/// A table as it is seen by who moves its rows and does not ask what they mean.
struct Table {
    std::string name;
    std::vector<Column> columns;  ///< those of the primary key first, in its order
    std::size_t key_columns = 0;
    std::string
        numbered;  ///< the column whose numbers are given out and never again; empty: none is

    /// For SQL: names in quotes, with commas between.
    std::string column_list() const { return names_of_first(columns.size()); }
    std::string key_list(std::string_view suffix = "") const {
        return names_of_first(key_columns, suffix);
    }

  private:
    std::string names_of_first(std::size_t count, std::string_view suffix = "") const;
};

/// A name as it stands in SQL, whatever it is.
std::string in_quotes(std::string_view name);

/// The values of a row's primary key. Keys are in the order of the table, on every engine: texts by their bytes.
using Key = std::vector<Value>;

/// Of a row of all the table's columns, or of those of the key.
Key key_of(const Table& table, const Row& row);

/// For people: "17", "17, ada".
std::string told(const Key& key);

/// What rows are compared by: the same for the same values in all columns, on every engine.
std::uint64_t digest(const Table& table, const Row& row);

}  // namespace stoa::db
