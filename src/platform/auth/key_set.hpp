#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace stoa {

/// A public key that tokens are checked with (Ed25519).
struct PublicKey {
    std::string id;  ///< `kid`: its JWK thumbprint (RFC 7638)
    std::array<unsigned char, 32> bytes{};

    friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

using KeySet = std::vector<PublicKey>;

/// A JWK set (RFC 7517, RFC 8037), and back. Throws std::runtime_error for what is no such set, or has no key in it.
std::string to_jwks(const KeySet& keys);
KeySet from_jwks(std::string_view json);

/// The public keys of the moment, shared by all threads.
class KeyRing {
  public:
    /// The keys; none at all as long as nobody has told them.
    std::shared_ptr<const KeySet> keys() const;

    /// Grows with each change: what was concluded from the keys before may be wrong then.
    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

    /// A token came that is signed with none of them: whoever fetches them should look again.
    void note_unknown_key() { wanted_.store(true, std::memory_order_relaxed); }
    /// Whether one did since this was asked last.
    bool take_unknown_key() { return wanted_.exchange(false, std::memory_order_relaxed); }

    /// Takes these keys, if they are others than those that are there. Says whether they were.
    bool replace(KeySet keys);

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const KeySet> keys_ = std::make_shared<const KeySet>();
    std::atomic<std::uint64_t> version_ = 1;
    std::atomic<bool> wanted_ = false;
};

}  // namespace stoa
