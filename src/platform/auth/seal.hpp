#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {

/// A secret key that lies beside the database and not in it. With it, what must be recognised later is kept as a hash, and
/// what must be told again is kept encrypted: who steals the database alone can neither read nor guess at either.
class Seal {
  public:
    using Key = std::array<unsigned char, 32>;

    explicit Seal(const Key& key) : key_(key) {}
    static Seal made();  ///< with a new key

    const Key& key() const { return key_; }

    /// The text's hash under the key (BLAKE2b, 256 bits), as base64url. `use` keeps the hashes of one use apart from another's.
    std::string hash(std::string_view use, std::string_view text) const;

    /// The text, encrypted and authenticated (XChaCha20-Poly1305), as base64url; and back, if it was made here.
    std::string close(std::string_view text) const;
    std::optional<std::string> open(std::string_view sealed) const;

  private:
    Key key_;
};

}  // namespace stoa
