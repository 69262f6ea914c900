#include "platform/http/remote_keys.hpp"

#include "platform/private_file.hpp"

#include <spdlog/spdlog.h>

#include <exception>

namespace stoa::http {

namespace {

using namespace std::chrono_literals;

/// Far less than a key is published before it signs (SigningKeys::kPublishedAhead).
constexpr auto kPause = 15s;

}  // namespace

RemoteKeys::RemoteKeys(Client& users, std::filesystem::path copy, KeyRing& ring)
    : users_(users), copy_(std::move(copy)), ring_(ring) {
    if (!std::filesystem::exists(copy_)) return;
    try {
        ring_.replace(from_jwks(read_file(copy_)));
    } catch (const std::exception& error) {
        spdlog::warn("{}: {}; waiting for the users service", copy_.string(), error.what());
    }
}

Task<> RemoteKeys::refresh() {
    const bool is_due = Clock::now() >= due_ || ring_.take_unknown_key();
    if (!is_due) co_return;
    const bool known = !ring_.keys()->empty();
    if (known) due_ = Clock::now() + kPause;
    const std::string path(kJwksPath);
    const Trace none;
    const auto answer = co_await users_.get(path, none);
    if (!answer || answer->status != 200) co_return;
    due_ = Clock::now() + kPause;
    const KeySet fresh = from_jwks(answer->body);
    if (ring_.replace(fresh)) {
        is_saved_ = false;
        spdlog::info("tokens are checked with {} keys from now on", fresh.size());
    }
    if (is_saved_) co_return;
    write_private_file(copy_, to_jwks(fresh));
    is_saved_ = true;
}

}  // namespace stoa::http
