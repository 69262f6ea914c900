#include "platform/db/pages.hpp"

#include <fmt/format.h>

namespace stoa::db {

namespace {

/// Index: that of the primary key, for any table.
std::string page_of(const Table& table, std::size_t rows, bool is_after_a_key) {
    std::string where;
    if (is_after_a_key) {
        std::string parameters;
        for (std::size_t i = 1; i <= table.key_columns; ++i) {
            parameters += fmt::format("{}${}", i == 1 ? "" : ", ", i);
        }
        where = fmt::format("where ({}) > ({}) ", table.key_list(), parameters);
    }
    return fmt::format("select {} from {} {}order by {} limit {}", table.column_list(),
                       in_quotes(table.name), where, table.key_list(), rows);
}

}  // namespace

Pages::Pages(const Table& table, Run run, std::optional<Key> after, std::size_t rows)
    : table_(table),
      rows_(rows),
      from_the_start_(page_of(table, rows, false)),
      after_a_key_(page_of(table, rows, true)),
      run_(std::move(run)),
      last_(std::move(after)) {}

std::size_t Pages::next(const OnRow& on_row) {
    if (is_at_end_) return 0;
    std::size_t count = 0;
    std::optional<Key> last;
    const OnRow counted = [&](const Row& row) {
        on_row(row);
        if (++count == rows_) last = key_of(table_, row);
    };
    if (last_) {
        run_(after_a_key_, *last_, counted);
    } else {
        run_(from_the_start_, {}, counted);
    }
    is_at_end_ = !last;
    last_ = std::move(last);
    return count;
}

}  // namespace stoa::db
