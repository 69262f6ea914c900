#include "platform/http/token_buckets.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace stoa::http {

namespace {

constexpr std::size_t kKeysOfShard = 1'024;

}  // namespace

TokenBuckets::Taken TokenBuckets::take(std::string_view key) {
    const auto now = Clock::now();
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    auto found = shard.buckets.find(key);
    if (found == shard.buckets.end()) {
        if (shard.buckets.size() >= kKeysOfShard) make_room(shard, now);
        found = shard.buckets.try_emplace(std::string(key), Bucket{rate_.burst, now}).first;
    }
    Bucket& bucket = found->second;
    bucket = {tokens_now(bucket, now), now};
    if (bucket.tokens < 1) {
        return {false, 0, std::max(std::chrono::seconds(1), time_for(1 - bucket.tokens))};
    }
    bucket.tokens -= 1;
    return {true, static_cast<std::int64_t>(bucket.tokens), time_for(rate_.burst - bucket.tokens)};
}

void TokenBuckets::give_back(std::string_view key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.buckets.find(key);
    if (found == shard.buckets.end()) return;
    found->second.tokens = std::min(rate_.burst, found->second.tokens + 1);
}

TokenBuckets::Shard& TokenBuckets::shard_of(std::string_view key) {
    return shards_.at(HashOfText()(key) % shards_.size());
}

double TokenBuckets::tokens_now(const Bucket& bucket, Clock::time_point now) const {
    const double passed = std::chrono::duration<double>(now - bucket.as_of).count();
    return std::min(rate_.burst, bucket.tokens + passed * rate_.per_second);
}

std::chrono::seconds TokenBuckets::time_for(double tokens) const {
    return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(tokens / rate_.per_second)));
}

/// Forgets keys whose bucket is full again: they lose nothing. If all are busy, whichever comes first.
void TokenBuckets::make_room(Shard& shard, Clock::time_point now) const {
    std::erase_if(shard.buckets,
                  [&](const auto& entry) { return tokens_now(entry.second, now) >= rate_.burst; });
    if (shard.buckets.size() >= kKeysOfShard) shard.buckets.erase(shard.buckets.begin());
}

std::size_t TokenBuckets::HashOfText::operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
}

}  // namespace stoa::http
