#include "platform/http/trace.hpp"

#include <algorithm>
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

/// Sixteen digits.
void write_hex(std::string& text, std::size_t at, std::uint64_t value) {
    for (std::size_t i = at + 16; i-- > at; value >>= 4) text[i] = kHex[value & 15];
}

std::uint64_t read_hex(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char c : digits) value = value << 4 | kHex.find(c);
    return value;
}

// version-traceid-parentid-flags
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kSpanAt = 36;
constexpr std::string_view kEmpty = "00-00000000000000000000000000000000-0000000000000000-00";

}  // namespace

std::string hex_of(std::uint64_t id) {
    std::string text(16, '0');
    write_hex(text, 0, id);
    return text;
}

void take_over_or_make_trace(Request& request, double ratio) {
    // Ids tell requests apart in logs; nothing relies on their being hard to guess.
    thread_local std::mt19937_64 random{std::random_device{}()};
    std::string& context = request.traceparent;
    if (is_traceparent(context)) {
        context.replace(0, 2, "00");  // as which it is understood here
        request.parent_span = read_hex(std::string_view(context).substr(kSpanAt, 16));
    } else {
        context = kEmpty;
        write_hex(context, kTraceAt, random());
        write_hex(context, kTraceAt + 16, random() | 1);
        request.tracestate = {};  // it belongs to a trace
        const bool is_chosen = ratio > 0 && static_cast<double>(random() >> 11) * 0x1p-53 < ratio;
        if (is_chosen) context.back() = '1';
    }
    write_hex(context, kSpanAt, random() | 1);
    if (!is_id(request.request_id)) request.request_id = trace_id_of(request);
}

}  // namespace stoa::http
