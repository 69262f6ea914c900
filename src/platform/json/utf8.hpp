#pragma once

#include <cstddef>
#include <string_view>

namespace stoa::utf8 {

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool valid(std::string_view bytes);

/// How many characters (Unicode code points) a valid text has.
std::size_t length(std::string_view text);

/// Whether a valid text is empty or consists of nothing but white space (Unicode's White_Space).
bool blank(std::string_view text);

}  // namespace stoa::utf8
