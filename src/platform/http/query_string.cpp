#include "platform/http/query_string.hpp"

#include "platform/json/utf8.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stoa::http {

namespace {

constexpr std::size_t kMaxParameters = 64;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                throw Problem::unreadable("The URL has a `%` without two hexadecimal digits.");
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    if (out.find('\0') != std::string::npos) throw Problem::unreadable("The URL has a NUL.");
    if (!utf8::valid(out)) throw Problem::unreadable("The URL is not UTF-8.");
    return out;
}

}  // namespace

std::string percent_decode(std::string_view text) { return decode(text, false); }

std::string percent_encode(std::string_view text) {
    constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,";
    std::string out;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::vector<Parameter> parse_query(std::string_view query) {
    std::vector<Parameter> parameters;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.empty()) continue;
        if (parameters.size() == kMaxParameters) {
            throw Problem::unreadable("The URL has too many parameters.");
        }
        const auto equals = std::min(pair.find('='), pair.size());
        parameters.push_back({decode(pair.substr(0, equals), true),
                              decode(pair.substr(std::min(equals + 1, pair.size())), true)});
    }
    return parameters;
}

}  // namespace stoa::http
