#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::http {

/// Decodes %XX. Throws Problem::unreadable for a bad escape, a NUL, or what is not UTF-8 then.
std::string percent_decode(std::string_view text);

/// A text as a part of a query: all but unreserved characters (RFC 3986) are escaped.
std::string percent_encode(std::string_view text);

struct Parameter {
    std::string name;
    std::string value;
    bool used = false;  ///< whether the operation asked for it
};

/// The parameters of a raw query, decoded (`+` is a space). Throws as percent_decode() does.
std::vector<Parameter> parse_query(std::string_view query);

}  // namespace stoa::http
