#pragma once

#include "platform/json/described.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/text.hpp"
#include "platform/json/timestamp.hpp"

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

/// Described types to JSON (RFC 8259), appended to a string in one pass, with no tree between.
namespace stoa::json {

/// A text in quotes, escaped. It must be valid UTF-8, which passes as it is.
void write_text(std::string& out, std::string_view text);

inline void write_integer(std::string& out, std::int64_t value) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

template <class T>
void write(std::string& out, const T& value) {
    if constexpr (BoundedText<T>) {
        write_text(out, value.str());
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
        write_text(out, value);
    } else if constexpr (BoundedInteger<T>) {
        write_integer(out, value.value());
    } else if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
        write_integer(out, value);
    } else if constexpr (std::same_as<T, Timestamp>) {
        out += '"';
        value.append_to(out);
        out += '"';
    } else if constexpr (described::Enum<T>) {
        write_text(out, described::name_of(value));
    } else if constexpr (described::is_optional<T>) {
        if (value) {
            write(out, *value);
        } else {
            out += "null";
        }
    } else if constexpr (described::is_omittable<T>) {
        write(out, value.value);
    } else if constexpr (described::is_vector<T>) {
        out += '[';
        for (const auto& item : value) {
            if (&item != value.data()) out += ',';
            write(out, item);
        }
        out += ']';
    } else {
        static_assert(described::Struct<T>, "describe the type with BOOST_DESCRIBE_STRUCT");
        char before = '{';
        described::for_each_member<T>([&](std::string_view name, auto member) {
            const auto& of_member = value.*member;
            using Member = std::remove_cvref_t<decltype(of_member)>;
            if constexpr (described::is_omittable<Member>) {
                if (!of_member.value) return;
            }
            out += before;
            out += '"';
            out += name;
            out += "\":";
            write(out, of_member);
            before = ',';
        });
        if (before == '{') out += before;  // all members are left out
        out += '}';
    }
}

}  // namespace stoa::json
