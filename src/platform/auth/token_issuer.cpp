#include "platform/auth/token_issuer.hpp"

#include <spdlog/spdlog.h>

#include <system_error>

namespace stoa {

TokenIssuer::TokenIssuer(std::filesystem::path file, std::chrono::seconds lifetime, KeyRing& ring)
    : file_(std::move(file)),
      lifetime_(lifetime),
      ring_(ring),
      keys_(std::make_shared<const SigningKeys>(SigningKeys::load_or_make(file_))),
      seal_(keys_->seal()) {
    ring_.replace(keys_->accepted(unix_now(), lifetime_));
}

std::string TokenIssuer::issue(const Identity& identity) const {
    const auto now = unix_now();
    return sign_token(identity, keys()->signer(now), now, lifetime_);
}

void TokenIssuer::refresh() {
    std::error_code error;
    const auto written_at = std::filesystem::last_write_time(file_, error);
    if (!error && written_at != read_at_) {
        read_at_ = written_at;
        try {
            auto fresh = std::make_shared<const SigningKeys>(SigningKeys::load(file_));
            const std::lock_guard lock(mutex_);
            keys_ = std::move(fresh);
        } catch (const std::exception& failure) {
            spdlog::error("{}; going on with those that were read before", failure.what());
        }
    }
    const auto current = keys();
    if (ring_.replace(current->accepted(unix_now(), lifetime_))) {
        spdlog::info("tokens are checked with {} keys from now on", ring_.keys()->size());
    }
}

std::shared_ptr<const SigningKeys> TokenIssuer::keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
}

}  // namespace stoa
