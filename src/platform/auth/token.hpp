#pragma once

#include "platform/auth/caller.hpp"
#include "platform/auth/key_set.hpp"
#include "platform/auth/signing_keys.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

/// Access tokens: JWTs (RFC 7519) in the profile of RFC 9068, signed with EdDSA (RFC 8037), as RFC 8725 wants them: one
/// algorithm, one type, keys by their id alone.
namespace stoa {

inline constexpr std::string_view kTokenIssuer = "stoa";
inline constexpr std::string_view kTokenAudience = "stoa";

/// A token for an account, that is valid from `now` on for `lifetime`.
std::string sign_token(const Identity& identity, const SigningKey& key, UnixSeconds now,
                       std::chrono::seconds lifetime);

/// What a token says, once it is proven.
struct Claims {
    Identity identity;
    UnixSeconds not_before = 0;
    UnixSeconds expires_at = 0;
};

/// The key that a token says it is signed with; nothing if that is none of these. Throws Problem 401 for what is no token of
/// ours at all.
const PublicKey* key_named_in(std::string_view token, const KeySet& keys);

/// Checks a token's form, signature and claims, but not its times. Throws Problem 401, with the reason.
Claims verified(std::string_view token, const PublicKey& key);

/// Checks tokens on one I/O thread. A signature costs some 60 µs, so those that were found good are remembered, by a keyed
/// hash, as long as the keys stay what they are; a bounded number of them.
class TokenVerifier {
  public:
    explicit TokenVerifier(KeyRing& ring);

    /// Who bears the token. Throws Problem 401, with the reason (RFC 6750); 503 if the keys are not known yet.
    const Identity& identify(std::string_view token, UnixSeconds now);

  private:
    using Digest = std::array<unsigned char, 32>;
    struct HashOfDigest {
        std::size_t operator()(const Digest& digest) const;
    };

    const Claims& claims_of(std::string_view token);
    Digest digest_of(std::string_view token) const;

    KeyRing& ring_;
    std::uint64_t version_ = 0;
    std::shared_ptr<const KeySet> keys_;
    Digest digest_key_;
    std::unordered_map<Digest, Claims, HashOfDigest> known_;
};

}  // namespace stoa
