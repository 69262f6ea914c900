#include "platform/http/token_buckets.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace stoa::http {

namespace {

constexpr std::size_t kKeysOfShard = 1'024;
/// Less than this part of what comes back in a second is not worth to tell.
constexpr double kWorthTelling = 1.0 / 16;

}  // namespace

TokenBuckets::Taken TokenBuckets::take(std::string_view key) {
    const auto now = Clock::now();
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    Bucket& bucket = bucket_of(shard, key, now);
    if (bucket.tokens < 1) {
        ++refused_;
        return {false, 0, std::max(std::chrono::seconds(1), time_for(1 - bucket.tokens))};
    }
    bucket.tokens -= 1;
    ++bucket.spent;
    return {true, static_cast<std::int64_t>(bucket.tokens), time_for(rate_.burst - bucket.tokens)};
}

std::size_t TokenBuckets::size() const {
    std::size_t keys = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        keys += shard.buckets.size();
    }
    return keys;
}

void TokenBuckets::give_back(std::string_view key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.buckets.find(key);
    if (found == shard.buckets.end()) return;
    found->second.tokens = std::min(rate_.burst, found->second.tokens + 1);
    --found->second.spent;
}

std::vector<TokenBuckets::Spent> TokenBuckets::spent(std::size_t most) {
    const double worth = std::max(1.0, rate_.per_second * kWorthTelling);
    std::vector<Spent> all;
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        for (auto& [key, bucket] : shard.buckets) {
            if (static_cast<double>(bucket.spent) < worth) continue;
            if (all.size() == most) return all;
            all.push_back({key, std::exchange(bucket.spent, 0)});
        }
    }
    return all;
}

void TokenBuckets::take_away(std::string_view key, std::int64_t tokens) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    Bucket& bucket = bucket_of(shard, key, Clock::now());
    bucket.tokens = std::max(-rate_.burst, bucket.tokens - static_cast<double>(tokens));
}

/// A key's bucket as it is now.
TokenBuckets::Bucket& TokenBuckets::bucket_of(Shard& shard, std::string_view key,
                                              Clock::time_point now) {
    auto found = shard.buckets.find(key);
    if (found == shard.buckets.end()) {
        if (shard.buckets.size() >= kKeysOfShard) make_room(shard, now);
        found = shard.buckets.try_emplace(std::string(key), Bucket{rate_.burst, now}).first;
    }
    Bucket& bucket = found->second;
    bucket.tokens = tokens_now(bucket, now);
    bucket.as_of = now;
    return bucket;
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
