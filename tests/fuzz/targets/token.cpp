#include "platform/auth/token.hpp"

#include "fuzz/fuzz.hpp"
#include "platform/auth/base64url.hpp"
#include "platform/problem.hpp"

#include <nlohmann/json.hpp>
#include <sodium.h>

#include <chrono>

namespace stoa::fuzz {
namespace {

using Json = nlohmann::json;

constexpr UnixSeconds kNow = 1'800'000'000;

/// A key that is the same in every run.
SigningKey key_of(unsigned char seed, const char* id) {
    std::array<unsigned char, crypto_sign_SEEDBYTES> bytes{};
    bytes.fill(seed);
    SigningKey key;
    crypto_sign_seed_keypair(key.public_key.bytes.data(), key.secret.data(), bytes.data());
    key.public_key.id = id;
    return key;
}

const SigningKey kKey = key_of(1, "ours");
const SigningKey kOther = key_of(2, "other");

std::string signed_with(const SigningKey& key, std::string_view header, std::string_view claims) {
    const std::string what = to_base64url(header) + '.' + to_base64url(claims);
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr,
                         reinterpret_cast<const unsigned char*>(what.data()), what.size(),
                         key.secret.data());
    return what + '.' + to_base64url(signature);
}

constexpr std::string_view kHeader = R"({"alg":"EdDSA","typ":"at+jwt","kid":"ours"})";
constexpr std::string_view kClaims =
    R"({"iss":"stoa","aud":"stoa","sub":"ada","role":"member","sid":"s1","iat":1800000000,)"
    R"("nbf":1800000000,"exp":1800000900})";

/// Who bears a token, by a verifier that knows one key; nothing if it is refused.
std::optional<Identity> bearer(std::string_view token) {
    KeyRing ring;
    ring.replace({kKey.public_key});
    TokenVerifier verifier(ring);
    try {
        const Identity identity = verifier.identify(token, kNow);
        must(verifier.identify(token, kNow).name == identity.name, "it says the same again");
        return identity;
    } catch (const Problem& problem) {
        must(problem.status() == 401 && problem.is_bad_token(), "a refusal is a 401");
        must(problem.detail().find('"') == std::string::npos, "the reason is fit for a header");
        return std::nullopt;
    }
}

/// Whether another parser sees nothing in a signed token that must make us refuse it.
bool is_acceptable(const Json& header, const Json& claims) {
    const Json& audience = claims.at("aud");
    const bool named = audience == "stoa" ||
                       (audience.is_array() &&
                        std::find(audience.begin(), audience.end(), "stoa") != audience.end());
    const auto time = [&](const char* name) { return claims.at(name).get<double>(); };
    return header.at("alg") == "EdDSA" && header.at("typ") == "at+jwt" &&
           header.at("kid") == "ours" && !header.contains("crit") && claims.at("iss") == "stoa" &&
           named && time("exp") + kClockLeeway > kNow && time("nbf") - kClockLeeway < kNow + 1 &&
           time("iat") - kClockLeeway < kNow + 1;
}

/// Signed, as they are, by a key that is known: a header, and after a line's end the claims.
void check_signed(std::string_view input) {
    const std::string_view header = take_until(input, '\n');
    must(!bearer(signed_with(kOther, header, input)), "only keys that are known are good");
    const auto identity = bearer(signed_with(kKey, header, input));
    if (!identity) return;
    const Json claims = Json::parse(input, nullptr, false);
    if (claims.is_discarded()) return;  // a number that this parser finds too large
    must(is_acceptable(Json::parse(header), claims), "what is taken keeps all rules");
    must(!Username::fault(identity->name.str()), "a bearer has a name");
    must(claims.at("sub") == identity->name.str() && claims.at("sid") == identity->session,
         "who bears a token is who it says");
}

/// A good token, with bytes of it changed as the input says: a place, a way and a byte each time.
void check_changed(std::string_view input) {
    static const std::string good = signed_with(kKey, kHeader, kClaims);
    must(bearer(good).has_value(), "a good token is taken");
    std::string token = good;
    while (!input.empty()) {
        const std::size_t at = take_place(input, token.size());
        const std::size_t way = take_choice(input, 4);
        const char byte = input.empty() ? 'A' : input[0];
        input.remove_prefix(std::min<std::size_t>(input.size(), 1));
        if (way == 0) token.insert(at, 1, byte);
        if (way == 1) token.erase(at, 1);
        if (way == 2 && at < token.size()) token[at] = byte;
        if (way == 3) token.erase(at);
    }
    must(bearer(token).has_value() == (token == good), "a token that was changed is refused");
}

/// A way, and what it needs.
void run(std::string_view input) {
    const std::size_t way = take_choice(input, 3);
    if (way == 0) check_signed(input);
    if (way == 1) check_changed(input);
    if (way == 2) must(!bearer(input), "nobody who lacks the key makes a token");
}

const Registered registered("token", run);

}  // namespace
}  // namespace stoa::fuzz
