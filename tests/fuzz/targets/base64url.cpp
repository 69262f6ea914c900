#include "platform/auth/base64url.hpp"

#include "fuzz/fuzz.hpp"

namespace stoa::fuzz {
namespace {

/// RFC 4648, section 5, bit by bit: only the one spelling that an encoder gives.
std::optional<std::string> decoded(std::string_view text) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string bytes;
    unsigned bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFF;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xFF);
    }
    const bool rest_is_zero = (bits & ((1U << held) - 1)) == 0;
    return held < 6 && rest_is_zero ? std::optional(bytes) : std::nullopt;
}

void run(std::string_view input) {
    const auto bytes = from_base64url(input);
    must(bytes == decoded(input), "what is taken is what RFC 4648 says");
    if (bytes) must(to_base64url(*bytes) == input, "there is one spelling of the same bytes");
    must(from_base64url(to_base64url(input)) == input, "all bytes come back");
}

const Registered registered("base64url", run);

}  // namespace
}  // namespace stoa::fuzz
