#include "platform/auth/passwords.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace stoa {

using namespace std::chrono_literals;

namespace {

Problem no_memory() {
    return Problem::unavailable("There is no memory for a password's hash.", 1s);
}

}  // namespace

Task<std::string> Passwords::hash(std::string password) const {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    const std::function<void()> make = [&] {
        if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
        if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost_.operations,
                                  cost_.memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
            throw no_memory();
        }
    };
    co_await pool_.run(loop_, make);
    sodium_memzero(password.data(), password.size());
    co_return std::string(text.data());
}

Task<bool> Passwords::matches(std::string hash, std::string password) const {
    bool same = false;
    const std::function<void()> compare = [&] {
        errno = 0;
        same = crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
        if (!same && errno == ENOMEM) throw no_memory();
    };
    co_await pool_.run(loop_, compare);
    sodium_memzero(password.data(), password.size());
    co_return same;
}

bool Passwords::is_outdated(const std::string& hash) const {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.operations, cost_.memory) != 0;
}

std::string Passwords::stand_in() const {
    // The PHC string of a hash with today's cost, of random bytes: nobody knows a password for it.
    std::array<unsigned char, 16> salt;
    std::array<unsigned char, 32> digest;
    randombytes_buf(salt.data(), salt.size());
    randombytes_buf(digest.data(), digest.size());
    const auto encoded = [](const auto& bytes) {
        std::array<char, 64> text{};
        sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
        return std::string(text.data());
    };
    return fmt::format("$argon2id$v=19$m={},t={},p=1${}${}", cost_.memory / 1'024, cost_.operations,
                       encoded(salt), encoded(digest));
}

}  // namespace stoa
