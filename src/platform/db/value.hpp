#pragma once

#include "platform/json/described.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/text.hpp"
#include "platform/json/timestamp.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

/// Described types to and from the columns of a row: integers, texts and NULL. A struct is read from a row
/// column by column in the order of its members, so a query selects `columns<T>()`.
namespace stoa::db {

/// A parameter of a query. It owns its text, so a task may start after its maker is gone.
using Value = std::variant<std::monostate, std::int64_t, std::string>;

template <class T>
Value to_value(const T& value) {
    if constexpr (described::is_optional<T>) {
        return value ? to_value(*value) : Value{};
    } else if constexpr (BoundedText<T>) {
        return value.str();
    } else if constexpr (BoundedInteger<T>) {
        return value.value();
    } else if constexpr (std::same_as<T, Timestamp>) {
        return value.milliseconds;
    } else if constexpr (std::integral<T> || std::is_enum_v<T>) {
        return static_cast<std::int64_t>(value);
    } else {
        return std::string(value);
    }
}

/// A row of a result, valid until the next one is asked for.
class Row {
  public:
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual std::string_view text(int column) const = 0;

  protected:
    ~Row() = default;
};

template <class T>
void read_column(const Row& row, int column, T& out) {
    if constexpr (described::is_optional<T>) {
        if (row.is_null(column)) {
            out.reset();
        } else {
            read_column(row, column, out.emplace());
        }
    } else if constexpr (described::is_omittable<T>) {
        read_column(row, column, out.value);
    } else if constexpr (BoundedText<T>) {
        out = T{row.text(column)};
    } else if constexpr (BoundedInteger<T>) {
        out = T{row.integer(column)};
    } else if constexpr (std::same_as<T, Timestamp>) {
        out.milliseconds = row.integer(column);
    } else if constexpr (std::integral<T> || std::is_enum_v<T>) {
        out = static_cast<T>(row.integer(column));
    } else {
        out = std::string(row.text(column));
    }
}

/// A described struct from all its columns, or a single value from the first.
template <class T>
T read_row(const Row& row) {
    T out{};
    if constexpr (described::Struct<T>) {
        int column = 0;
        described::for_each_member<T>(
            [&](std::string_view, auto member) { read_column(row, column++, out.*member); });
    } else {
        read_column(row, 0, out);
    }
    return out;
}

/// The names of T's columns, in the order in which read_row() wants them: "id, title, …".
template <described::Struct T>
std::string columns() {
    std::string all;
    described::for_each_member<T>([&](std::string_view name, auto) {
        all += all.empty() ? "" : ", ";
        all += name;
    });
    return all;
}

}  // namespace stoa::db
