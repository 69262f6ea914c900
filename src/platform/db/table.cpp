#include "platform/db/table.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace stoa::db {

namespace {

/// Its form keeps apart what is different: NULL from an empty text, 1 from "1", ("ab", "c") from ("a", "bc").
void append(std::string& form, const Column& column, const Row& row, int index) {
    const auto append_number = [&](auto number) {
        form.append(reinterpret_cast<const char*>(&number), sizeof number);
    };
    if (row.is_null(index)) {
        form += '-';
    } else if (column.is_integer) {
        form += 'i';
        append_number(row.integer(index));
    } else {
        const std::string_view text = row.text(index);
        form += 't';
        append_number(std::uint64_t{text.size()});
        form += text;
    }
}

}  // namespace

std::string in_quotes(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + '"';
}

std::string Table::names_of_first(std::size_t count, std::string_view suffix) const {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        all += fmt::format("{}{}{}", i == 0 ? "" : ", ", in_quotes(columns[i].name), suffix);
    }
    return all;
}

Key key_of(const Table& table, const Row& row) {
    Key key;
    key.reserve(table.key_columns);
    for (std::size_t i = 0; i < table.key_columns; ++i) {
        const int index = static_cast<int>(i);
        if (table.columns[i].is_integer) {
            key.emplace_back(row.integer(index));
        } else {
            key.emplace_back(std::string(row.text(index)));
        }
    }
    return key;
}

std::string told(const Key& key) {
    std::string all;
    for (const Value& value : key) {
        const auto* number = std::get_if<std::int64_t>(&value);
        all += all.empty() ? "" : ", ";
        all += number ? fmt::format("{}", *number) : std::get<std::string>(value);
    }
    return all;
}

std::uint64_t digest(const Table& table, const Row& row) {
    thread_local std::string form;  // keeps its room from row to row
    form.clear();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        append(form, table.columns[i], row, static_cast<int>(i));
    }
    return XXH3_64bits(form.data(), form.size());
}

}  // namespace stoa::db
