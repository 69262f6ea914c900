#include "platform/auth/token.hpp"

#include "platform/auth/base64url.hpp"
#include "platform/json/described.hpp"
#include "platform/problem.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace stoa {

namespace bj = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kLongestToken = 4'096;
constexpr std::size_t kMostKnown = 4'096;
constexpr std::string_view kType = "at+jwt";

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Problem refused(const char* why) { return Problem::bad_token(why); }

/// A segment of a token as a JSON object. Throws Problem 401.
bj::object object_in(std::string_view segment) {
    const auto text = from_base64url(segment);
    boost::system::error_code error;
    bj::value value = text ? bj::parse({text->data(), text->size()}, error) : bj::value();
    if (error || !value.is_object()) throw refused("The token can not be read.");
    return std::move(value.as_object());
}

std::string_view text_in(const bj::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

/// A time; fractions are allowed (RFC 7519, NumericDate).
UnixSeconds time_in(const bj::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    boost::system::error_code error;
    const double time = value && value->is_number() ? value->to_number<double>(error) : 0;
    if (error || !(time >= 1 && time <= 1e15))  // nor NaN, which 0e400 gives
        throw refused("The token lacks a time that it must have.");
    return static_cast<UnixSeconds>(time);
}

bool names_audience(const bj::object& claims) {
    if (text_in(claims, "aud") == kTokenAudience) return true;
    const auto* value = claims.if_contains("aud");
    const auto* list = value ? value->if_array() : nullptr;
    return list && std::any_of(list->begin(), list->end(), [](const bj::value& one) {
               return one.is_string() && std::string_view(one.as_string()) == kTokenAudience;
           });
}

Claims claims_in(const bj::object& object) {
    if (text_in(object, "iss") != kTokenIssuer) throw refused("The token is from another issuer.");
    if (!names_audience(object)) throw refused("The token is for another audience.");
    Claims claims;
    const auto name = text_in(object, "sub");
    const auto role = described::from_name<Role>(text_in(object, "role"));
    const auto* session = object.if_contains("sid");
    if (Username::fault(name) || !role || !session || !session->is_string()) {
        throw refused("The token does not say whose it is.");
    }
    claims.identity = {Username(name), *role, std::string(session->as_string())};
    claims.not_before = std::max(time_in(object, "nbf"), time_in(object, "iat"));
    claims.expires_at = time_in(object, "exp");
    return claims;
}

}  // namespace

std::string sign_token(const Identity& identity, const SigningKey& key, UnixSeconds now,
                       std::chrono::seconds lifetime) {
    const bj::object header{{"alg", "EdDSA"}, {"typ", kType}, {"kid", key.public_key.id}};
    const bj::object claims{{"iss", kTokenIssuer},
                            {"aud", kTokenAudience},
                            {"sub", identity.name.str()},
                            {"role", described::name_of(identity.role)},
                            {"sid", identity.session},
                            {"jti", random_base64url(12)},
                            {"iat", now},
                            {"nbf", now},
                            {"exp", now + lifetime.count()}};
    std::string token =
        to_base64url(bj::serialize(header)) + '.' + to_base64url(bj::serialize(claims));
    std::array<unsigned char, crypto_sign_BYTES> signature;
    crypto_sign_detached(signature.data(), nullptr, bytes_of(token), token.size(),
                         key.secret.data());
    return token + '.' + to_base64url(signature);
}

const PublicKey* key_named_in(std::string_view token, const KeySet& keys) {
    if (token.size() > kLongestToken) throw refused("The token can not be read.");
    const bj::object header = object_in(token.substr(0, token.find('.')));
    if (text_in(header, "alg") != "EdDSA") throw refused("The token is not signed with EdDSA.");
    if (text_in(header, "typ") != kType) throw refused("The token is not of the type `at+jwt`.");
    if (header.contains("crit")) throw refused("The token has a critical extension.");
    const auto id = text_in(header, "kid");
    const auto key =
        std::find_if(keys.begin(), keys.end(), [&](const PublicKey& k) { return k.id == id; });
    return key == keys.end() ? nullptr : &*key;
}

Claims verified(std::string_view token, const PublicKey& key) {
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (first == last) throw refused("The token can not be read.");
    const auto signature = from_base64url(token.substr(last + 1));
    const auto what = token.substr(0, last);
    const bool good = signature && signature->size() == crypto_sign_BYTES &&
                      crypto_sign_verify_detached(bytes_of(*signature), bytes_of(what), what.size(),
                                                  key.bytes.data()) == 0;
    if (!good) throw refused("The token's signature is not good.");
    return claims_in(object_in(token.substr(first + 1, last - first - 1)));
}

TokenVerifier::TokenVerifier(KeyRing& ring) : ring_(ring) {
    randombytes_buf(digest_key_.data(), digest_key_.size());
}

const Identity& TokenVerifier::identify(std::string_view token, UnixSeconds now) {
    if (version_ != ring_.version()) {
        version_ = ring_.version();
        keys_ = ring_.keys();
        known_.clear();
    }
    if (keys_->empty()) {
        throw Problem::unavailable("The keys that tokens are checked with are not known yet.", 1s);
    }
    const Claims& claims = claims_of(token);
    if (now >= claims.expires_at + kClockLeeway) throw refused("The token has expired.");
    if (now < claims.not_before - kClockLeeway) throw refused("The token is not valid yet.");
    return claims.identity;
}

const Claims& TokenVerifier::claims_of(std::string_view token) {
    const Digest digest = digest_of(token);
    const auto known = known_.find(digest);
    if (known != known_.end()) return known->second;
    const PublicKey* key = key_named_in(token, *keys_);
    if (!key) {
        ring_.note_unknown_key();
        throw refused("The token is signed with a key that is not known here.");
    }
    Claims claims = verified(token, *key);
    // All at once: cheaper to keep right than a record of which was used last, and they are soon known again.
    if (known_.size() >= kMostKnown) known_.clear();
    return known_.emplace(digest, std::move(claims)).first->second;
}

TokenVerifier::Digest TokenVerifier::digest_of(std::string_view token) const {
    Digest digest;
    crypto_generichash(digest.data(), digest.size(), bytes_of(token), token.size(),
                       digest_key_.data(), digest_key_.size());
    return digest;
}

std::size_t TokenVerifier::HashOfDigest::operator()(const Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

}  // namespace stoa
