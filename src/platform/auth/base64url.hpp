#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stoa {

/// Base64 with the alphabet for URLs, without padding (RFC 4648, section 5), in constant time: keys pass through it.
std::string to_base64url(std::span<const unsigned char> bytes);
std::string to_base64url(std::string_view bytes);

/// The bytes that a text stands for; nothing if it is no such text.
std::optional<std::string> from_base64url(std::string_view text);

/// A text's SHA-256, as base64url.
std::string sha256_base64url(std::string_view text);

/// `size` random bytes, fit for keys, as base64url.
std::string random_base64url(std::size_t size);

}  // namespace stoa
