#include "platform/auth/key_set.hpp"

#include "platform/auth/base64url.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>

namespace stoa {

namespace bj = boost::json;

std::string to_jwks(const KeySet& keys) {
    bj::array all;
    for (const PublicKey& key : keys) {
        all.push_back({{"kty", "OKP"},
                       {"crv", "Ed25519"},
                       {"alg", "EdDSA"},
                       {"use", "sig"},
                       {"kid", key.id},
                       {"x", to_base64url(key.bytes)}});
    }
    return bj::serialize(bj::object{{"keys", std::move(all)}});
}

KeySet from_jwks(std::string_view json) {
    KeySet keys;
    try {
        const bj::value document = bj::parse({json.data(), json.size()});
        for (const bj::value& key : document.at("keys").as_array()) {
            if (key.at("kty") != "OKP" || key.at("crv") != "Ed25519") continue;
            const auto bytes = from_base64url(key.at("x").as_string());
            PublicKey& taken = keys.emplace_back(PublicKey{std::string(key.at("kid").as_string())});
            if (!bytes || bytes->size() != taken.bytes.size()) {
                throw std::runtime_error("a key of another size");
            }
            std::copy(bytes->begin(), bytes->end(), taken.bytes.begin());
        }
    } catch (const std::exception& error) {
        throw std::runtime_error(std::string("this is no set of public keys: ") + error.what());
    }
    if (keys.empty()) throw std::runtime_error("this set of public keys has none for Ed25519");
    return keys;
}

std::shared_ptr<const KeySet> KeyRing::keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
}

bool KeyRing::replace(KeySet keys) {
    const std::lock_guard lock(mutex_);
    if (keys == *keys_) return false;
    keys_ = std::make_shared<const KeySet>(std::move(keys));
    version_.fetch_add(1, std::memory_order_release);
    return true;
}

}  // namespace stoa
