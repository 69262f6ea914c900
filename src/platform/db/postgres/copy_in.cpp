#include "platform/db/postgres/copy_in.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace stoa::db::postgres {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunk = std::size_t{64} << 10;
// Signature, flags, no extension.
constexpr std::string_view kHead = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv;
constexpr std::int16_t kEnd = -1;
constexpr std::int32_t kNull = -1;

}  // namespace

CopyIn::CopyIn(Direct& connection, const Table& table)
    : connection_(connection), table_(table), waiting_(kHead) {
    connection_.begin_copy(fmt::format("copy {} ({}) from stdin (format binary)",
                                       in_quotes(table.name), table.column_list()));
}

void CopyIn::add(const Row& row) {
    append(static_cast<std::int16_t>(table_.columns.size()));
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        const int index = static_cast<int>(i);
        if (row.is_null(index)) {
            append(kNull);
        } else if (table_.columns[i].is_integer) {
            append(static_cast<std::int32_t>(sizeof(std::int64_t)));
            append(row.integer(index));
        } else {
            const std::string_view text = row.text(index);
            if (text.find('\0') != std::string_view::npos) {
                throw std::runtime_error(fmt::format(
                    "the column '{}' of the row {} has U+0000 in it, which PostgreSQL can't hold",
                    table_.columns[i].name, told(key_of(table_, row))));
            }
            append(static_cast<std::int32_t>(text.size()));
            waiting_ += text;
        }
    }
    if (waiting_.size() < kChunk) return;
    connection_.send(waiting_);
    waiting_.clear();
}

void CopyIn::end() {
    append(kEnd);
    connection_.send(waiting_);
    connection_.end_copy();
}

/// In the network's order.
template <class Integer>
void CopyIn::append(Integer number) {
    const auto bits = static_cast<std::uint64_t>(number);
    for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8) {
        waiting_ += static_cast<char>(bits >> shift & 0xFF);
    }
}

}  // namespace stoa::db::postgres
