#include "platform/http/idempotency.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

#include <array>

namespace stoa::http {
namespace {

Request request_with(std::optional<std::string_view> key) {
    Request request;
    request.method = Method::post;
    request.path = "/api/v1/posts";
    request.query = "user=ada";
    request.body = "{}";
    request.idempotency_key = key;
    return request;
}

std::string fingerprint(const Request& request) {
    return IdempotencyKey::of(request, "ada")->fingerprint;
}

/// The status of the refusal of a key; 0 if it is taken.
int refusal(std::string_view key) {
    try {
        EXPECT_EQ(IdempotencyKey::of(request_with(key), "ada")->key, key);
    } catch (const Problem& problem) {
        return problem.status();
    }
    return 0;
}

IdempotencyKey key_of(std::string caller, std::string key) {
    return {std::move(caller), std::move(key), "0"};
}

bool can_be_held(KeysInFlight& keys, const IdempotencyKey& key) {
    try {
        const KeysInFlight::Hold hold(keys, key);
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 409);
        return false;
    }
    return true;
}

TEST(IdempotencyKey, is_none_where_the_request_carries_none) {
    EXPECT_FALSE(IdempotencyKey::of(request_with(std::nullopt), "ada"));
}

TEST(IdempotencyKey, has_1_to_255_printable_characters) {
    EXPECT_EQ(refusal(""), 422);
    EXPECT_EQ(refusal("x"), 0);
    EXPECT_EQ(refusal(" ~"), 0);
    EXPECT_EQ(refusal(std::string(255, 'x')), 0);
    EXPECT_EQ(refusal(std::string(256, 'x')), 422);
    for (const std::string_view bad : {"a\tb", "a\x1F", "a\x7F", "é"}) EXPECT_EQ(refusal(bad), 422);
}

TEST(IdempotencyKey, is_its_caller_s_own) {
    EXPECT_EQ(IdempotencyKey::of(request_with("k"), "ada")->caller, "ada");
}

TEST(IdempotencyKey, tells_requests_apart_by_what_they_ask_for) {
    const Request first = request_with("k");
    EXPECT_EQ(fingerprint(first), fingerprint(request_with("other key")));
    std::array<Request, 4> others;
    others.fill(first);
    others[0].method = Method::patch;
    others[1].path = "/api/v1/votes";
    others[2].query = "user=bob";
    others[3].body = "{ }";
    for (const Request& other : others) EXPECT_NE(fingerprint(other), fingerprint(first));
}

TEST(KeysInFlight, hold_a_key_for_one_request_at_a_time) {
    KeysInFlight keys;
    {
        const KeysInFlight::Hold hold(keys, key_of("ada", "k"));
        EXPECT_FALSE(can_be_held(keys, key_of("ada", "k")));
        EXPECT_FALSE(can_be_held(keys, key_of("ada", "k"))) << "a refusal lets nothing go";
    }
    EXPECT_TRUE(can_be_held(keys, key_of("ada", "k")));
}

TEST(KeysInFlight, hold_a_key_for_its_caller_alone) {
    KeysInFlight keys;
    const KeysInFlight::Hold hold(keys, key_of("ada", "k"));
    EXPECT_TRUE(can_be_held(keys, key_of("bob", "k")));
    EXPECT_TRUE(can_be_held(keys, key_of("", "ada k")));
    EXPECT_TRUE(can_be_held(keys, key_of("ada", "K")));
}

}  // namespace
}  // namespace stoa::http
