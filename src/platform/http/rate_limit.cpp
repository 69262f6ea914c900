#include "platform/http/rate_limit.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace stoa::http {

namespace {

constexpr std::size_t kAddressesOfShard = 1'024;

std::string_view last_of(std::string_view list) {
    const auto comma = list.rfind(',');
    if (comma != std::string_view::npos) list.remove_prefix(comma + 1);
    while (list.starts_with(' ')) list.remove_prefix(1);
    while (list.ends_with(' ')) list.remove_suffix(1);
    return list;
}

/// An address; an IPv4 one that came over IPv6 (::ffff:192.0.2.1) as what it is.
boost::asio::ip::address parse(std::string_view text, boost::system::error_code& error) {
    namespace ip = boost::asio::ip;
    const auto address = ip::make_address(text, error);
    if (error || !address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

}  // namespace

std::string client_network(std::string_view peer, std::string_view forwarded_for) {
    boost::system::error_code error;
    auto address = parse(peer, error);
    if (!error && address.is_loopback()) {
        address = parse(last_of(forwarded_for), error);
        if (error || address.is_loopback()) return "";
    }
    if (!address.is_v6()) return address.to_string();
    const auto bytes = address.to_v6().to_bytes();
    return {bytes.begin(), bytes.begin() + 8};
}

std::optional<std::chrono::seconds> RateLimiter::take(const Request& request) {
    const std::string client = client_network(request.peer, request.forwarded_for);
    if (client.empty()) return std::nullopt;
    const auto now = Clock::now();
    Shard& shard = shards_.at(std::hash<std::string>{}(client) % shards_.size());
    const std::lock_guard lock(shard.mutex);
    if (shard.buckets.size() >= kAddressesOfShard && !shard.buckets.contains(client)) {
        make_room(shard, now);
    }
    Bucket& bucket = shard.buckets.try_emplace(client, Bucket{rate_.burst, now}).first->second;
    bucket = {tokens_now(bucket, now), now};
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    const double wait = std::ceil((1 - bucket.tokens) / rate_.per_second);
    return std::chrono::seconds(static_cast<std::int64_t>(std::max(1.0, wait)));
}

double RateLimiter::tokens_now(const Bucket& bucket, Clock::time_point now) const {
    const double passed = std::chrono::duration<double>(now - bucket.as_of).count();
    return std::min(rate_.burst, bucket.tokens + passed * rate_.per_second);
}

/// Forgets addresses whose bucket is full again: they lose nothing. If all are busy, whichever comes first.
void RateLimiter::make_room(Shard& shard, Clock::time_point now) const {
    std::erase_if(shard.buckets,
                  [&](const auto& entry) { return tokens_now(entry.second, now) >= rate_.burst; });
    if (shard.buckets.size() >= kAddressesOfShard) shard.buckets.erase(shard.buckets.begin());
}

}  // namespace stoa::http
