#pragma once

#include "platform/http/message.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace stoa::http {

struct Rate {
    double per_second = 50;
    double burst = 500;
};

/// How many requests an address may make: a token bucket for each (an IPv6 address counts as its /64 network, which
/// is what one subscriber has). Addresses on this machine are not limited, but as proxies they are believed: then
/// the last address of X-Forwarded-For, which the proxy added, is the client. A bounded number of addresses
/// is remembered; used by all threads.
class RateLimiter {
  public:
    explicit RateLimiter(Rate rate) : rate_(rate) {}

    /// Takes one token for the request's client; if there is none, says after how long there will be.
    std::optional<std::chrono::seconds> take(const Request& request);

  private:
    using Clock = std::chrono::steady_clock;
    struct Bucket {
        double tokens;
        Clock::time_point as_of;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Bucket> buckets;
    };

    double tokens_now(const Bucket& bucket, Clock::time_point now) const;
    void make_room(Shard& shard, Clock::time_point now) const;

    const Rate rate_;
    std::array<Shard, 64> shards_;
};

/// Whose requests are counted together: see RateLimiter. Empty: not limited.
std::string client_network(std::string_view peer, std::string_view forwarded_for);

}  // namespace stoa::http
