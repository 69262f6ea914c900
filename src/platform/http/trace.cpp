#include "platform/http/trace.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

namespace stoa::http {

namespace {

constexpr std::size_t kLongestId = 128;
constexpr std::string_view kHex = "0123456789abcdef";

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= kLongestId &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// version-traceid-parentid-flags, as "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".
bool is_traceparent(std::string_view text) {
    if (text.size() != 55 || text.substr(0, 3) == "ff-") return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 2 || i == 35 || i == 52;
        if (dash ? text[i] != '-' : kHex.find(text[i]) == std::string_view::npos) return false;
    }
    constexpr std::string_view zeros = "00000000000000000000000000000000";
    return text.substr(3, 32) != zeros && text.substr(36, 16) != zeros.substr(0, 16);
}

void append_hex(std::string& out, std::uint64_t value) {
    std::array<char, 16> digits;
    for (std::size_t i = digits.size(); i-- > 0; value >>= 4) digits[i] = kHex[value & 15];
    out.append(digits.data(), digits.size());
}

}  // namespace

void take_over_or_make_trace(Request& request) {
    // Ids tell requests apart in logs; nothing relies on their being hard to guess.
    thread_local std::mt19937_64 random{std::random_device{}()};
    if (!is_traceparent(request.traceparent)) {
        request.traceparent = "00-";
        append_hex(request.traceparent, random());
        append_hex(request.traceparent, random() | 1);
        request.traceparent += '-';
        append_hex(request.traceparent, random() | 1);
        request.traceparent += "-00";
    }
    if (!is_id(request.request_id)) request.request_id = request.traceparent.substr(3, 32);
}

}  // namespace stoa::http
