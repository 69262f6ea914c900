#include "platform/page.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <charconv>
#include <limits>

namespace stoa {

namespace {

unsigned check_of(std::string_view text) {
    return static_cast<unsigned>(XXH3_64bits(text.data(), text.size()) & 0xFFFF);
}

/// Reads a hexadecimal number up to `end_mark` (or the text's end) off the front of `text`.
std::optional<std::int64_t> take_hex(std::string_view& text, char end_mark) {
    std::int64_t value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value, 16);
    if (error != std::errc{} || (end != last && *end != end_mark)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + (end != last ? 1 : 0));
    return value;
}

}  // namespace

Cursor Cursor::start() {
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    return {last, last};
}

std::string Cursor::str() const {
    std::string text = fmt::format("{:x}.{:x}", major, minor);
    return fmt::format("{}.{:04x}", text, check_of(text));
}

std::optional<std::string> Cursor::accept(std::string_view text, Cursor& out) {
    std::string_view rest = text;
    const auto major = take_hex(rest, '.');
    const auto minor = major ? take_hex(rest, '.') : std::nullopt;
    if (minor && Cursor{*major, *minor}.str() == text) {
        out = {*major, *minor};
        return std::nullopt;
    }
    return "is not a cursor: take it from `next`, or leave it out";
}

boost::json::object Cursor::schema() { return {{"type", "string"}, {"maxLength", 64}}; }

}  // namespace stoa
