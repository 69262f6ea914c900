#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace stoa::http {

struct Rate {
    double per_second = 50;
    double burst = 500;  ///< how many at once
};

/// Token buckets: each key, whatever it stands for, has `burst` tokens, of which `per_second` come back. A bounded number of
/// keys is remembered; used by all threads.
class TokenBuckets {
  public:
    /// What came of taking a token.
    struct Taken {
        bool granted = false;
        std::int64_t left = 0;  ///< tokens
        std::chrono::seconds wait{
            0};  ///< until the next one, if it was not granted; else until all are back
    };

    explicit TokenBuckets(Rate rate) : rate_(rate) {}

    Taken take(std::string_view key);

    /// Undoes a take().
    void give_back(std::string_view key);

    /// What was taken of a key.
    struct Spent {
        std::string key;
        std::int64_t tokens;
    };

    /// What was taken since the last time: of keys of which it is worth to tell, and of so many at most; the rest is told later.
    std::vector<Spent> spent(std::size_t most);

    /// Takes what was granted elsewhere already. There may be less than none left, so that it takes longer to come back.
    void take_away(std::string_view key, std::int64_t tokens);

    const Rate& rate() const { return rate_; }

    /// How many keys are remembered.
    std::size_t size() const;
    /// How often there was no token to take.
    std::uint64_t refused() const { return refused_; }

  private:
    using Clock = std::chrono::steady_clock;
    struct Bucket {
        double tokens;
        Clock::time_point as_of;
        std::int64_t spent = 0;  ///< since it was told
    };
    struct HashOfText {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const;
    };
    using Buckets = std::unordered_map<std::string, Bucket, HashOfText, std::equal_to<>>;
    struct Shard {
        mutable std::mutex mutex;
        Buckets buckets;
    };

    Shard& shard_of(std::string_view key);
    Bucket& bucket_of(Shard& shard, std::string_view key, Clock::time_point now);
    double tokens_now(const Bucket& bucket, Clock::time_point now) const;
    std::chrono::seconds time_for(double tokens) const;
    void make_room(Shard& shard, Clock::time_point now) const;

    const Rate rate_;
    std::atomic<std::uint64_t> refused_ = 0;
    std::array<Shard, 64> shards_;
};

}  // namespace stoa::http
