#include "platform/http/rate_limit.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stoa::http {
namespace {

using namespace std::chrono_literals;

/// So slow that nothing comes back while a test runs.
constexpr Rate kOnce{.per_second = 0.01, .burst = 1};

Request from(std::string_view peer, std::string_view forwarded_for = "") {
    Request request;
    request.peer = peer;
    request.forwarded_for = forwarded_for;
    return request;
}

TEST(RateLimiter, allows_a_burst_and_then_says_how_long_to_wait) {
    RateLimiter limiter({.per_second = 0.1, .burst = 3});
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.take(from("192.0.2.1"))) << i;
    EXPECT_EQ(limiter.take(from("192.0.2.1")), 10s);
}

TEST(RateLimiter, never_says_to_wait_for_less_than_a_second) {
    RateLimiter limiter({.per_second = 5, .burst = 1});
    limiter.take(from("192.0.2.1"));
    EXPECT_EQ(limiter.take(from("192.0.2.1")), 1s);
}

TEST(RateLimiter, gives_tokens_back_at_its_rate) {
    RateLimiter limiter({.per_second = 50, .burst = 1});
    const auto start = std::chrono::steady_clock::now();
    int taken = 0;
    while (taken < 4 && std::chrono::steady_clock::now() - start < 10s) {
        if (!limiter.take(from("192.0.2.1"))) ++taken;
    }
    EXPECT_EQ(taken, 4);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 59ms) << "three of them at 20 ms each";
}

TEST(RateLimiter, counts_each_address_for_itself) {
    RateLimiter limiter(kOnce);
    EXPECT_FALSE(limiter.take(from("192.0.2.1")));
    EXPECT_FALSE(limiter.take(from("192.0.2.2")));
    EXPECT_TRUE(limiter.take(from("192.0.2.1")));
}

TEST(RateLimiter, does_not_limit_this_machine_but_believes_whom_it_forwards_for) {
    RateLimiter limiter(kOnce);
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(limiter.take(from("127.0.0.1")));
    EXPECT_FALSE(limiter.take(from("127.0.0.1", "192.0.2.1")));
    EXPECT_TRUE(limiter.take(from("127.0.0.1", "192.0.2.1")));
    EXPECT_TRUE(limiter.take(from("192.0.2.1"))) << "the same client, directly";
}

TEST(RateLimiter, remembers_a_bounded_number_of_addresses) {
    constexpr int addresses = 70'000;
    constexpr int most_remembered = 64 * 1'024;
    const auto request_of = [](int i, std::string& name) {
        name = fmt::format("10.{}.{}.{}", i >> 16, (i >> 8) & 255, i & 255);
        return from(name);
    };
    RateLimiter limiter(kOnce);
    std::string name;
    for (int i = 0; i < addresses; ++i) limiter.take(request_of(i, name));
    int remembered = 0;
    for (int i = 0; i < addresses; ++i) {
        if (limiter.take(request_of(i, name))) ++remembered;
    }
    EXPECT_LE(remembered, most_remembered);
    EXPECT_GT(remembered, addresses / 2);
}

TEST(ClientNetwork, is_the_peer_s_address_whatever_it_claims) {
    EXPECT_EQ(client_network("192.0.2.1", ""), "192.0.2.1");
    EXPECT_EQ(client_network("192.0.2.1", "198.51.100.7"), "192.0.2.1");
}

TEST(ClientNetwork, is_the_last_address_that_a_proxy_on_this_machine_forwards_for) {
    EXPECT_EQ(client_network("127.0.0.1", "192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client_network("127.8.9.1", "203.0.113.9, 192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client_network("::1", "203.0.113.9,192.0.2.1 "), "192.0.2.1");
}

TEST(ClientNetwork, is_none_for_this_machine) {
    EXPECT_EQ(client_network("127.0.0.1", ""), "");
    EXPECT_EQ(client_network("::1", ""), "");
    EXPECT_EQ(client_network("127.0.0.1", "127.0.0.1"), "");
    EXPECT_EQ(client_network("127.0.0.1", "nonsense"), "");
}

TEST(ClientNetwork, of_an_ipv6_address_is_its_64_bits) {
    const std::string one = client_network("2001:db8:1:2::1", "");
    EXPECT_EQ(client_network("2001:db8:1:2:ffff::9", ""), one);
    EXPECT_EQ(client_network("127.0.0.1", "2001:db8:1:2::7"), one);
    EXPECT_NE(client_network("2001:db8:1:3::1", ""), one);
}

TEST(ClientNetwork, of_an_ipv4_address_that_came_over_ipv6_is_that_address) {
    EXPECT_EQ(client_network("::ffff:192.0.2.1", ""), "192.0.2.1");
    EXPECT_EQ(client_network("::ffff:127.0.0.1", ""), "");
    EXPECT_EQ(client_network("127.0.0.1", "::ffff:192.0.2.1"), "192.0.2.1");
}

}  // namespace
}  // namespace stoa::http
