#include "platform/json/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace stoa::utf8 {

namespace {

constexpr std::uint32_t kInvalid = 0xFFFFFFFF;

bool continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Takes one character off the front of `bytes`; kInvalid if there is none.
std::uint32_t take(std::string_view& bytes) {
    const auto lead = static_cast<unsigned char>(bytes[0]);
    if (lead < 0x80) {
        bytes.remove_prefix(1);
        return lead;
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || bytes.size() < size) return kInvalid;
    std::uint32_t character = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if (!continuation(bytes[i])) return kInvalid;
        character = character << 6 | (static_cast<unsigned char>(bytes[i]) & 0x3FU);
    }
    bytes.remove_prefix(size);
    const bool overlong = (size == 3 && character < 0x800) || (size == 4 && character < 0x10000);
    const bool surrogate = character >= 0xD800 && character < 0xE000;
    return overlong || surrogate || character > 0x10FFFF ? kInvalid : character;
}

/// Unicode's, and what ECMAScript adds, whose patterns the OpenAPI document has (see json/schema.cpp).
bool white_space(std::uint32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

}  // namespace

bool valid(std::string_view bytes) {
    while (!bytes.empty()) {
        if (take(bytes) == kInvalid) return false;
    }
    return true;
}

std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !continuation(c); }));
}

bool blank(std::string_view text) {
    while (!text.empty()) {
        if (!white_space(take(text))) return false;
    }
    return true;
}

}  // namespace stoa::utf8
