#pragma once

#include "platform/auth/token.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace stoa {

/// Makes access tokens with the keys of a file, and tells the key ring which keys they are checked with. Shared by all
/// threads.
class TokenIssuer {
  public:
    /// Makes the file if there is none. Throws std::runtime_error, with what to do, if it can't be used.
    TokenIssuer(std::filesystem::path file, std::chrono::seconds lifetime, KeyRing& ring);

    std::string issue(const Identity& identity) const;
    std::chrono::seconds lifetime() const { return lifetime_; }
    const Seal& seal() const { return seal_; }

    /// Takes up what has changed: the file, or which keys are accepted by now. To be called every second or so.
    void refresh();

  private:
    std::shared_ptr<const SigningKeys> keys() const;

    const std::filesystem::path file_;
    const std::chrono::seconds lifetime_;
    KeyRing& ring_;
    mutable std::mutex mutex_;
    std::shared_ptr<const SigningKeys> keys_;  ///< guarded by mutex_
    std::filesystem::file_time_type read_at_ =
        {};  ///< when the file was written that was read; at first none
    Seal seal_;
};

}  // namespace stoa
