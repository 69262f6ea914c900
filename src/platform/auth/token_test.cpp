#include "platform/auth/token.hpp"

#include "platform/auth/base64url.hpp"
#include "platform/problem.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <sodium.h>

namespace stoa {
namespace {

using namespace std::chrono_literals;
namespace bj = boost::json;

constexpr UnixSeconds kNow = 1'800'000'000;

SigningKey a_key(const char* id) {
    SigningKey key;
    crypto_sign_keypair(key.public_key.bytes.data(), key.secret.data());
    key.public_key.id = id;
    return key;
}

const SigningKey kKey = a_key("ours");
const KeySet kKeys{kKey.public_key};
const Identity kAda{Username("ada"), Role::moderator, "s1"};

std::string signed_by(const SigningKey& key, const bj::object& header, const bj::object& claims) {
    std::string token =
        to_base64url(bj::serialize(header)) + '.' + to_base64url(bj::serialize(claims));
    std::array<unsigned char, crypto_sign_BYTES> signature;
    crypto_sign_detached(signature.data(), nullptr,
                         reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                         key.secret.data());
    return token + '.' + to_base64url(signature);
}

bj::object header() { return {{"alg", "EdDSA"}, {"typ", "at+jwt"}, {"kid", "ours"}}; }
bj::object claims() {
    return {{"iss", "stoa"}, {"aud", "stoa"}, {"sub", "ada"}, {"role", "moderator"},
            {"sid", "s1"},   {"iat", kNow},   {"nbf", kNow},  {"exp", kNow + 900}};
}

bj::object with(bj::object object, const char* name, const bj::value& value) {
    object[name] = value;
    return object;
}
bj::object without(bj::object object, const char* name) {
    object.erase(name);
    return object;
}

/// Why a token is refused; empty if it is not.
std::string refusal(const std::string& token, const KeySet& keys = kKeys) {
    KeyRing ring;
    ring.replace(keys);
    TokenVerifier verifier(ring);
    try {
        verifier.identify(token, kNow);
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 401);
        EXPECT_TRUE(problem.is_bad_token());
        return problem.detail();
    }
    return "";
}

TEST(Token, says_who_bears_it) {
    const Claims told = verified(sign_token(kAda, kKey, kNow, 900s), kKey.public_key);
    EXPECT_EQ(told.identity.name, kAda.name);
    EXPECT_EQ(told.identity.role, Role::moderator);
    EXPECT_EQ(told.identity.session, "s1");
    EXPECT_EQ(told.not_before, kNow);
    EXPECT_EQ(told.expires_at, kNow + 900);
}

TEST(Token, of_another_maker_is_taken_if_all_is_right_with_it) {
    EXPECT_EQ(refusal(signed_by(kKey, header(), claims())), "");
    EXPECT_EQ(refusal(signed_by(kKey, header(), with(claims(), "aud", {"else", "stoa"}))), "");
    EXPECT_EQ(refusal(signed_by(kKey, header(), with(claims(), "more", "is passed over"))), "");
}

TEST(Token, is_refused_with_another_algorithm_type_or_key) {
    EXPECT_EQ(refusal(signed_by(kKey, with(header(), "alg", "none"), claims())),
              "The token is not signed with EdDSA.");
    EXPECT_EQ(refusal(signed_by(kKey, with(header(), "alg", "HS256"), claims())),
              "The token is not signed with EdDSA.");
    EXPECT_EQ(refusal(signed_by(kKey, with(header(), "typ", "JWT"), claims())),
              "The token is not of the type `at+jwt`.");
    EXPECT_EQ(refusal(signed_by(kKey, with(header(), "crit", {"exp"}), claims())),
              "The token has a critical extension.");
    const std::string unknown = "The token is signed with a key that is not known here.";
    EXPECT_EQ(refusal(signed_by(kKey, with(header(), "kid", "theirs"), claims())), unknown);
    EXPECT_EQ(refusal(signed_by(kKey, without(header(), "kid"), claims())), unknown);
    EXPECT_EQ(refusal(signed_by(kKey, header(), claims()), {a_key("theirs").public_key}), unknown);
}

TEST(Token, is_refused_if_it_was_tampered_with) {
    const std::string bad = "The token's signature is not good.";
    EXPECT_EQ(refusal(signed_by(a_key("theirs"), header(), claims())), bad);
    const std::string good = signed_by(kKey, header(), claims());
    const auto first = good.find('.');
    const auto last = good.rfind('.');
    const std::string others = to_base64url(bj::serialize(with(claims(), "sub", "bob")));
    EXPECT_EQ(refusal(good.substr(0, first + 1) + others + good.substr(last)), bad);
    EXPECT_EQ(refusal(good.substr(0, last + 1)), bad) << "no signature at all";
    EXPECT_EQ(refusal(good + "A"), bad);
    EXPECT_EQ(refusal(good + ".A"), bad);
}

TEST(Token, is_refused_for_another_issuer_or_audience) {
    EXPECT_EQ(refusal(signed_by(kKey, header(), with(claims(), "iss", "agora"))),
              "The token is from another issuer.");
    EXPECT_EQ(refusal(signed_by(kKey, header(), without(claims(), "iss"))),
              "The token is from another issuer.");
    EXPECT_EQ(refusal(signed_by(kKey, header(), with(claims(), "aud", "agora"))),
              "The token is for another audience.");
    EXPECT_EQ(refusal(signed_by(kKey, header(), with(claims(), "aud", bj::array{}))),
              "The token is for another audience.");
}

TEST(Token, is_refused_if_it_lacks_a_claim) {
    for (const char* claim : {"iss", "aud", "sub", "role", "sid", "iat", "nbf", "exp"}) {
        EXPECT_NE(refusal(signed_by(kKey, header(), without(claims(), claim))), "") << claim;
    }
    EXPECT_NE(refusal(signed_by(kKey, header(), with(claims(), "role", "emperor"))), "");
    EXPECT_NE(refusal(signed_by(kKey, header(), with(claims(), "sub", "no name"))), "");
    EXPECT_NE(refusal(signed_by(kKey, header(), with(claims(), "exp", "soon"))), "");
    EXPECT_NE(refusal(signed_by(kKey, header(), with(claims(), "exp", 1e300))), "");
}

TEST(Token, is_refused_if_it_can_t_be_read) {
    for (const std::string& bad :
         {std::string(), std::string("."), std::string(".."), std::string("a.b.c"),
          std::string("bnVsbA.bnVsbA.bnVsbA"), std::string(10'000, 'a')}) {
        EXPECT_EQ(refusal(bad), "The token can not be read.") << bad;
    }
}

class TokenVerifierTest : public testing::Test {
  protected:
    TokenVerifierTest() { ring_.replace(kKeys); }

    std::string refusal_at(UnixSeconds time) {
        try {
            EXPECT_EQ(verifier_.identify(token_, time).name, kAda.name);
        } catch (const Problem& problem) {
            EXPECT_EQ(problem.status(), 401);
            return problem.detail();
        }
        return "";
    }

    KeyRing ring_;
    TokenVerifier verifier_{ring_};
    std::string token_ = sign_token(kAda, kKey, kNow, 900s);
};

TEST_F(TokenVerifierTest, takes_a_token_from_its_first_to_its_last_second_and_a_little_more) {
    EXPECT_EQ(refusal_at(kNow), "");
    EXPECT_EQ(refusal_at(kNow - 30), "") << "clocks differ";
    EXPECT_EQ(refusal_at(kNow + 929), "");
    EXPECT_EQ(refusal_at(kNow - 31), "The token is not valid yet.");
    EXPECT_EQ(refusal_at(kNow + 930), "The token has expired.");
}

TEST_F(TokenVerifierTest, forgets_what_it_knew_when_the_keys_change) {
    EXPECT_EQ(refusal_at(kNow), "");
    ring_.replace({a_key("next").public_key});
    EXPECT_FALSE(ring_.take_unknown_key());
    EXPECT_EQ(refusal_at(kNow), "The token is signed with a key that is not known here.");
    EXPECT_TRUE(ring_.take_unknown_key()) << "whoever fetches keys should look again";
    ring_.replace(kKeys);
    EXPECT_EQ(refusal_at(kNow), "");
}

TEST_F(TokenVerifierTest, can_not_say_while_it_has_no_keys) {
    KeyRing none;
    TokenVerifier verifier(none);
    try {
        verifier.identify(token_, kNow);
        FAIL();
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 503);
        EXPECT_TRUE(problem.retry_after());
    }
}

TEST_F(TokenVerifierTest, remembers_good_tokens_without_mixing_them_up) {
    for (int i = 0; i < 5'000; ++i) {
        const Username name("user" + std::to_string(i % 50));
        const auto token =
            sign_token({name, Role::member, std::to_string(i % 50)}, kKey, kNow, 900s);
        EXPECT_EQ(verifier_.identify(token, kNow).name, name);
    }
}

}  // namespace
}  // namespace stoa
