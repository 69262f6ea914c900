#pragma once

#include "platform/auth/key_set.hpp"
#include "platform/auth/seal.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stoa {

/// Seconds since 1970-01-01 UTC, as tokens count time (RFC 7519, NumericDate).
using UnixSeconds = std::int64_t;
UnixSeconds unix_now();

/// By how much the clocks of two machines may differ.
inline constexpr UnixSeconds kClockLeeway = 30;
/// The longest that an access token may live, and with it a key that signs no more.
inline constexpr UnixSeconds kLongestTokenLife = 86'400;

/// A key that signs tokens (Ed25519).
struct SigningKey {
    PublicKey public_key;
    std::array<unsigned char, 64> secret{};
    UnixSeconds made_at = 0;
};

/// The keys that the users service signs with, and its seal: a file for its owner alone (mode 0600), a JWK set with private
/// members (RFC 8037).
///
/// Rotation has an overlap, so that no token is refused for it:
///
///     made ── published at once ── 5 minutes ── signs ── … ── the next one signs ── a token's life ── no longer accepted
///
/// Whoever checks tokens has fetched a key long before the first token signed with it comes along.
class SigningKeys {
  public:
    /// How long a key is published before it signs.
    static constexpr std::chrono::seconds kPublishedAhead{300};
    static constexpr std::size_t kMostKeys = 16;

    /// Reads the file; makes one, with a key, if there is none. Throws std::runtime_error, with what to do.
    static SigningKeys load_or_make(const std::filesystem::path& file);
    static SigningKeys load(const std::filesystem::path& file);

    /// Adds a key to the file and gives what is in it then. `at_once`: the keys before it are dropped, and with them every
    /// token that they signed. Safe beside a running server, which reads the file again by itself.
    static SigningKeys rotate(const std::filesystem::path& file, bool at_once);

    /// The key that signs at this time.
    const SigningKey& signer(UnixSeconds now) const;

    /// Until when a key's tokens are accepted, if these live for `lifetime`; 0: no end is known.
    UnixSeconds accepted_until(const SigningKey& key, std::chrono::seconds lifetime) const;

    /// The public keys of those that may have signed a token that still lives, or soon will sign.
    KeySet accepted(UnixSeconds now, std::chrono::seconds lifetime) const;

    /// Oldest first.
    const std::vector<SigningKey>& keys() const { return keys_; }
    const Seal& seal() const { return seal_; }

  private:
    explicit SigningKeys(Seal seal) : seal_(seal) {}
    void add_new();
    void save(const std::filesystem::path& file) const;

    Seal seal_;
    std::vector<SigningKey> keys_;
};

}  // namespace stoa
