#pragma once

#include "platform/auth/key_set.hpp"
#include "platform/http/answer.hpp"
#include "platform/http/client.hpp"
#include "platform/task.hpp"

#include <chrono>
#include <filesystem>
#include <string_view>

namespace stoa::http {

/// Keeps the key ring of a process without the users service: fetches the public keys from there, and keeps a copy of
/// them in a file, so that this process can do its work alone, also when it starts.
class RemoteKeys {
  public:
    RemoteKeys(Client& users, std::filesystem::path copy, KeyRing& ring);

    /// Fetches the keys if it is time to, or a token came with a key that is not among them. To be called every second.
    Task<> refresh();

  private:
    using Clock = std::chrono::steady_clock;

    Client& users_;
    std::filesystem::path copy_;
    KeyRing& ring_;
    Clock::time_point due_;
    bool is_saved_ = true;  ///< whether the copy is what the ring has
};

}  // namespace stoa::http
