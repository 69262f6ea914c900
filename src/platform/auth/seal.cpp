#include "platform/auth/seal.hpp"

#include "platform/auth/base64url.hpp"

#include <sodium.h>

namespace stoa {

namespace {

constexpr std::size_t kNonce = crypto_secretbox_xchacha20poly1305_NONCEBYTES;
constexpr std::size_t kTag = crypto_secretbox_xchacha20poly1305_MACBYTES;

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Seal Seal::made() {
    Key key;
    randombytes_buf(key.data(), key.size());
    return Seal(key);
}

std::string Seal::hash(std::string_view use, std::string_view text) const {
    std::array<unsigned char, crypto_generichash_BYTES> digest;
    crypto_generichash_state state;
    crypto_generichash_init(&state, key_.data(), key_.size(), digest.size());
    const auto length = static_cast<unsigned char>(use.size());
    crypto_generichash_update(&state, &length, 1);
    crypto_generichash_update(&state, bytes_of(use), use.size());
    crypto_generichash_update(&state, bytes_of(text), text.size());
    crypto_generichash_final(&state, digest.data(), digest.size());
    return to_base64url(digest);
}

std::string Seal::close(std::string_view text) const {
    std::string box(kNonce + kTag + text.size(), '\0');
    randombytes_buf(box.data(), kNonce);
    crypto_secretbox_xchacha20poly1305_easy(bytes_of(box) + kNonce, bytes_of(text), text.size(),
                                            bytes_of(box), key_.data());
    return to_base64url(box);
}

std::optional<std::string> Seal::open(std::string_view sealed) const {
    const auto box = from_base64url(sealed);
    if (!box || box->size() < kNonce + kTag) return std::nullopt;
    std::string text(box->size() - kNonce - kTag, '\0');
    const auto* bytes = bytes_of(std::string_view(*box));
    const int result = crypto_secretbox_xchacha20poly1305_open_easy(
        bytes_of(text), bytes + kNonce, box->size() - kNonce, bytes, key_.data());
    return result == 0 ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace stoa
