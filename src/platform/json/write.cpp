#include "platform/json/write.hpp"

#include <array>

namespace stoa::json {

namespace {

/// What follows the backslash for a byte that needs one; 'u' for \u00XX, 0 for a byte that passes.
constexpr std::array<char, 256> kEscapes = [] {
    std::array<char, 256> escapes{};
    for (std::size_t i = 0; i < 0x20; ++i) escapes[i] = 'u';
    escapes['\b'] = 'b';
    escapes['\f'] = 'f';
    escapes['\n'] = 'n';
    escapes['\r'] = 'r';
    escapes['\t'] = 't';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    return escapes;
}();

}  // namespace

void write_text(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const char escape = kEscapes[byte];
        if (escape == 0) continue;
        out.append(text, from, i - from);
        out += '\\';
        out += escape;
        if (escape == 'u') {
            out += "00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
        from = i + 1;
    }
    out.append(text, from);
    out += '"';
}

}  // namespace stoa::json
