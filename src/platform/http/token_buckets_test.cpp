#include "platform/http/token_buckets.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace stoa::http {
namespace {

using namespace std::chrono_literals;

/// So slow that nothing comes back while a test runs.
constexpr Rate kOnce{.per_second = 0.01, .burst = 1};

TEST(TokenBuckets, allow_a_burst_and_then_say_how_long_to_wait) {
    TokenBuckets buckets({.per_second = 0.1, .burst = 3});
    for (int left = 2; left >= 0; --left) {
        const auto taken = buckets.take("ada");
        EXPECT_TRUE(taken.granted);
        EXPECT_EQ(taken.left, left);
        EXPECT_EQ(taken.wait, (3 - left) * 10s) << "until all are back";
    }
    EXPECT_FALSE(buckets.take("ada").granted);
    EXPECT_EQ(buckets.take("ada").wait, 10s);
}

TEST(TokenBuckets, never_say_to_wait_for_less_than_a_second) {
    TokenBuckets buckets({.per_second = 5, .burst = 1});
    buckets.take("ada");
    EXPECT_EQ(buckets.take("ada").wait, 1s);
}

TEST(TokenBuckets, get_tokens_back_at_their_rate) {
    TokenBuckets buckets({.per_second = 50, .burst = 1});
    const auto start = std::chrono::steady_clock::now();
    int taken = 0;
    while (taken < 4 && std::chrono::steady_clock::now() - start < 10s) {
        if (buckets.take("ada").granted) ++taken;
    }
    EXPECT_EQ(taken, 4);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 59ms) << "three of them at 20 ms each";
}

TEST(TokenBuckets, count_each_key_for_itself) {
    TokenBuckets buckets(kOnce);
    EXPECT_TRUE(buckets.take("ada").granted);
    EXPECT_TRUE(buckets.take("bob").granted);
    EXPECT_FALSE(buckets.take("ada").granted);
}

TEST(TokenBuckets, take_a_token_back_but_hold_no_more_than_a_burst) {
    TokenBuckets buckets(kOnce);
    buckets.give_back("ada");
    EXPECT_TRUE(buckets.take("ada").granted);
    buckets.give_back("ada");
    buckets.give_back("ada");
    EXPECT_TRUE(buckets.take("ada").granted);
    EXPECT_FALSE(buckets.take("ada").granted);
}

/// What is told of each key.
std::map<std::string, std::int64_t> told_by(TokenBuckets& buckets, std::size_t most = 100) {
    std::map<std::string, std::int64_t> all;
    for (const auto& [key, tokens] : buckets.spent(most)) all[key] += tokens;
    return all;
}

TEST(TokenBuckets, tell_once_what_was_granted_of_each_key) {
    TokenBuckets buckets({.per_second = 0.001, .burst = 2});
    for (int i = 0; i < 3; ++i) buckets.take("ada");
    buckets.take("bob");
    buckets.take("given back");
    buckets.give_back("given back");
    EXPECT_EQ(told_by(buckets), (std::map<std::string, std::int64_t>{{"ada", 2}, {"bob", 1}}));
    EXPECT_TRUE(told_by(buckets).empty());
}

TEST(TokenBuckets, keep_for_later_what_is_not_told) {
    TokenBuckets buckets({.per_second = 64, .burst = 100});
    for (int i = 0; i < 3; ++i) buckets.take("ada");
    EXPECT_TRUE(told_by(buckets).empty()) << "a trifle of 64 a second";
    buckets.take("ada");
    for (int i = 0; i < 4; ++i) buckets.take("bob");
    auto told = told_by(buckets, 1);
    EXPECT_EQ(told.size(), 1U);
    told.merge(told_by(buckets, 1));
    EXPECT_EQ(told, (std::map<std::string, std::int64_t>{{"ada", 4}, {"bob", 4}}));
}

TEST(TokenBuckets, take_away_what_was_granted_elsewhere_and_do_not_tell_it_again) {
    TokenBuckets buckets({.per_second = 0.5, .burst = 2});
    buckets.take_away("ada", 1);
    EXPECT_TRUE(buckets.take("ada").granted);
    EXPECT_FALSE(buckets.take("ada").granted);
    buckets.take_away("ada", 1'000);
    EXPECT_EQ(buckets.take("ada").wait, 6s) << "no more than a burst is owed";
    EXPECT_EQ(told_by(buckets), (std::map<std::string, std::int64_t>{{"ada", 1}}));
}

TEST(TokenBuckets, remember_a_bounded_number_of_keys) {
    constexpr int keys = 70'000;
    constexpr int most_remembered = 64 * 1'024;
    TokenBuckets buckets(kOnce);
    for (int i = 0; i < keys; ++i) buckets.take(std::to_string(i));
    int remembered = 0;
    for (int i = 0; i < keys; ++i) {
        if (!buckets.take(std::to_string(i)).granted) ++remembered;
    }
    EXPECT_LE(remembered, most_remembered);
    EXPECT_GT(remembered, keys / 2);
}

}  // namespace
}  // namespace stoa::http
