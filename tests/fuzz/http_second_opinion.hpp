#pragma once

#include "fuzz/fuzz.hpp"
#include "platform/http/message.hpp"
#include "platform/json/text.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where a request ends, as a proxy in front would see it that knows RFC 9112 to the letter and nothing else. One that it
/// sees ending elsewhere than we do, or that it may read in two ways, must not be taken.
namespace stoa::fuzz {

inline std::optional<std::size_t> number_in(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

inline std::string_view without_blanks(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

/// Takes a line and its end off the front of `text`; nothing if it has no end.
inline std::optional<std::string_view> take_line(std::string_view& text) {
    const auto end = text.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    return line;
}

/// The body in chunks that fill `text` to its end.
inline std::optional<std::string> unchunked(std::string_view text) {
    std::string body;
    while (true) {
        const auto line = take_line(text);
        const auto size =
            line ? number_in(without_blanks(line->substr(0, line->find(';'))), 16) : std::nullopt;
        if (!size) return std::nullopt;
        if (*size == 0) break;
        if (text.size() < *size || text.substr(*size, 2) != "\r\n") return std::nullopt;
        body += text.substr(0, *size);
        text.remove_prefix(*size + 2);
    }
    while (true) {  // trailers
        const auto line = take_line(text);
        if (!line) return std::nullopt;
        if (line->empty()) break;
    }
    return text.empty() ? std::optional(body) : std::nullopt;
}

/// Holds a request that was taken to the bytes that it was read from.
inline void check_framing(std::string_view bytes, const http::Request& request) {
    const auto request_line = take_line(bytes);
    must(request_line.has_value(), "a request has a first line");
    must(request_line->ends_with(" HTTP/1.1") || request_line->ends_with(" HTTP/1.0"),
         "a request is HTTP/1");
    std::vector<std::string_view> hosts, lengths, codings;
    while (true) {
        const auto line = take_line(bytes);
        must(line.has_value(), "a head has an end");
        if (line->empty()) break;
        must(line->find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
             "a field is one line without a NUL");
        const auto colon = line->find(':');
        must(colon != std::string_view::npos && colon > 0, "a field has a name");
        must(line->substr(0, colon).find_first_of(" \t") == std::string_view::npos,
             "a field's name has no blank");
        const std::string name = lower_case(line->substr(0, colon));
        const auto value = without_blanks(line->substr(colon + 1));
        if (name == "host") hosts.push_back(value);
        if (name == "content-length") lengths.push_back(value);
        if (name == "transfer-encoding") codings.push_back(value);
    }
    must(hosts.size() <= 1, "there is one host");
    must(hosts.size() == 1 || request_line->ends_with("1.0"), "HTTP/1.1 has a host");
    must(lengths.empty() || codings.empty(), "there are not both a length and chunks");
    if (!codings.empty()) {
        must(codings.size() == 1 && lower_case(codings[0]) == "chunked",
             "the one coding is chunked");
        must(request_line->ends_with("1.1"), "HTTP/1.0 has no chunks");
        must(unchunked(bytes) == request.body, "the body is what its chunks have");
        return;
    }
    for (const std::string_view length : lengths) {
        must(length.find_first_not_of("0123456789") == std::string_view::npos &&
                 number_in(length, 10) == request.body.size(),
             "the body is as long as the head says");
    }
    must(bytes == request.body, "the body is what follows the head");
    must(!lengths.empty() || request.body.empty(), "a body has a length");
}

}  // namespace stoa::fuzz
