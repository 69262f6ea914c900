#include "platform/json/text.hpp"

#include "platform/json/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stoa {

namespace {

/// Whether `c` is among the characters of `charset`, which is written as within a pattern's brackets.
bool in_charset(std::string_view charset, char c) {
    for (std::size_t i = 0; i < charset.size(); ++i) {
        const bool range = i + 2 < charset.size() && charset[i + 1] == '-';
        if (range ? c >= charset[i] && c <= charset[i + 2] : c == charset[i]) return true;
        if (range) i += 2;
    }
    return false;
}

}  // namespace

std::optional<std::string> text_fault(const TextBounds& bounds, std::string_view text) {
    const std::size_t length = utf8::length(text);
    if (length < bounds.min || length > bounds.max) {
        return fmt::format("must have {} to {} characters; this has {}", bounds.min, bounds.max,
                           length);
    }
    if (!bounds.charset.empty() && !std::all_of(text.begin(), text.end(), [&](char c) {
            return in_charset(bounds.charset, c);
        })) {
        return fmt::format("may have only characters of [{}]", bounds.charset);
    }
    if (!bounds.may_be_blank && utf8::blank(text)) return "must not be blank";
    return std::nullopt;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

}  // namespace stoa
