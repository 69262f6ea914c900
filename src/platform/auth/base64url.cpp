#include "platform/auth/base64url.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <vector>

namespace stoa {

namespace {
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}  // namespace

std::string to_base64url(std::span<const unsigned char> bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
    text.pop_back();  // the terminating NUL
    return text;
}

std::string to_base64url(std::string_view bytes) {
    return to_base64url({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::optional<std::string> from_base64url(std::string_view text) {
    // libsodium 1.0.18 takes every byte beyond ASCII for a `_`.
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
    if (!ascii) return std::nullopt;
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const int result =
        sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, nullptr, kVariant);
    if (result != 0) return std::nullopt;
    bytes.resize(size);
    return bytes;
}

std::string sha256_base64url(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
    return to_base64url(digest);
}

std::string random_base64url(std::size_t size) {
    std::vector<unsigned char> bytes(size);
    randombytes_buf(bytes.data(), bytes.size());
    return to_base64url(bytes);
}

}  // namespace stoa
