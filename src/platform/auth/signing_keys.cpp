#include "platform/auth/signing_keys.hpp"

#include "platform/auth/base64url.hpp"
#include "platform/private_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace stoa {

namespace bj = boost::json;
using std::filesystem::path;

namespace {

/// Keeps two rotations apart (flock(2) on the file's folder).
class RotationLock {
  public:
    explicit RotationLock(const path& file)
        : folder_(::open(file.has_parent_path() ? file.parent_path().c_str() : ".",
                         O_RDONLY | O_CLOEXEC)) {
        if (folder_ < 0 || ::flock(folder_, LOCK_EX) != 0) {
            throw std::runtime_error(fmt::format("can't lock the folder of '{}'", file.string()));
        }
    }
    ~RotationLock() { ::close(folder_); }
    RotationLock(const RotationLock&) = delete;
    RotationLock& operator=(const RotationLock&) = delete;

  private:
    int folder_;
};

/// RFC 7638, with the members that RFC 8037 names.
std::string thumbprint(const std::array<unsigned char, 32>& key) {
    const std::string canonical =
        fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})", to_base64url(key));
    return sha256_base64url(canonical);
}

SigningKey key_from(const std::array<unsigned char, 32>& seed, UnixSeconds made_at) {
    SigningKey key;
    key.made_at = made_at;
    crypto_sign_seed_keypair(key.public_key.bytes.data(), key.secret.data(), seed.data());
    key.public_key.id = thumbprint(key.public_key.bytes);
    return key;
}

std::array<unsigned char, 32> secret_from(const bj::value& text) {
    const auto bytes = from_base64url(text.as_string());
    std::array<unsigned char, 32> secret;
    if (!bytes || bytes->size() != secret.size()) throw std::runtime_error("a key of another size");
    std::copy(bytes->begin(), bytes->end(), secret.begin());
    return secret;
}

}  // namespace

UnixSeconds unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

SigningKeys SigningKeys::load(const path& file) {
    const std::string text = read_file(file);
    try {
        const bj::value document = bj::parse(text);
        SigningKeys all{Seal(secret_from(document.at("seal")))};
        for (const bj::value& key : document.at("keys").as_array()) {
            all.keys_.push_back(
                key_from(secret_from(key.at("d")), key.at("iat").to_number<UnixSeconds>()));
        }
        if (all.keys_.empty()) throw std::runtime_error("there is no key in it");
        std::stable_sort(all.keys_.begin(), all.keys_.end(),
                         [](const auto& a, const auto& b) { return a.made_at < b.made_at; });
        return all;
    } catch (const std::exception& error) {
        throw std::runtime_error(
            fmt::format("can't use the keys in '{}' ({}): restore the file from a backup. Only if "
                        "there is none move it "
                        "away: then everybody has to log in again, and the emails of users who "
                        "were wiped are free again",
                        file.string(), error.what()));
    }
}

SigningKeys SigningKeys::load_or_make(const path& file) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
    make_private_folder(file.parent_path());
    const RotationLock lock(file);
    if (std::filesystem::exists(file)) return load(file);
    SigningKeys all(Seal::made());
    all.add_new();
    all.save(file);
    return all;
}

SigningKeys SigningKeys::rotate(const path& file, bool at_once) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
    const RotationLock lock(file);
    SigningKeys all = load(file);
    const auto now = unix_now();
    if (at_once) all.keys_.clear();
    const auto useless = [&](const SigningKey& key) {
        const auto end = all.accepted_until(key, std::chrono::seconds(kLongestTokenLife));
        return end != 0 && end < now;
    };
    all.keys_.erase(all.keys_.begin(),
                    std::find_if_not(all.keys_.begin(), all.keys_.end(), useless));
    if (all.keys_.size() >= kMostKeys) {
        throw std::runtime_error(fmt::format(
            "there are {} keys already, and tokens may live that each has signed: wait for a day, "
            "or drop all of them with --now",
            all.keys_.size()));
    }
    all.add_new();
    all.save(file);
    return all;
}

void SigningKeys::add_new() {
    std::array<unsigned char, 32> seed;
    randombytes_buf(seed.data(), seed.size());
    keys_.push_back(key_from(seed, unix_now()));
    sodium_memzero(seed.data(), seed.size());
}

void SigningKeys::save(const path& file) const {
    bj::array all;
    for (const SigningKey& key : keys_) {
        all.push_back(
            {{"kty", "OKP"},
             {"crv", "Ed25519"},
             {"alg", "EdDSA"},
             {"kid", key.public_key.id},
             {"iat", key.made_at},
             {"x", to_base64url(key.public_key.bytes)},
             {"d", to_base64url({key.secret.data(), 32})}});  // the seed comes first in it
    }
    write_private_file(file, bj::serialize(bj::object{{"keys", std::move(all)},
                                                      {"seal", to_base64url(seal_.key())}}) +
                                 '\n');
}

const SigningKey& SigningKeys::signer(UnixSeconds now) const {
    const auto begun = std::find_if(keys_.rbegin(), keys_.rend(), [&](const SigningKey& key) {
        return key.made_at + kPublishedAhead.count() <= now;
    });
    return begun == keys_.rend() ? keys_.front() : *begun;
}

UnixSeconds SigningKeys::accepted_until(const SigningKey& key,
                                        std::chrono::seconds lifetime) const {
    const auto next =
        std::find_if(keys_.begin(), keys_.end(),
                     [&](const SigningKey& other) { return other.public_key == key.public_key; }) +
        1;
    return next == keys_.end()
               ? 0
               : next->made_at + kPublishedAhead.count() + lifetime.count() + 2 * kClockLeeway;
}

KeySet SigningKeys::accepted(UnixSeconds now, std::chrono::seconds lifetime) const {
    KeySet accepted;
    for (const SigningKey& key : keys_) {
        const auto end = accepted_until(key, lifetime);
        if (end == 0 || now < end) accepted.push_back(key.public_key);
    }
    return accepted;
}

}  // namespace stoa
