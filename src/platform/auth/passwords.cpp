#include "platform/auth/passwords.hpp"

#include "platform/problem.hpp"

#include <sodium.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace stoa {

using namespace std::chrono_literals;

Task<std::string> Passwords::hash(std::string password) const {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    const std::function<void()> make = [&] {
        if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
        if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost_.operations,
                                  cost_.memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
            throw Problem::unavailable("There is no memory for a password's hash.", 1s);
        }
    };
    co_await pool_.run(loop_, make);
    sodium_memzero(password.data(), password.size());
    co_return std::string(text.data());
}

Task<bool> Passwords::matches(std::string hash, std::string password) const {
    bool same = false;
    const std::function<void()> compare = [&] {
        same = crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
    };
    co_await pool_.run(loop_, compare);
    sodium_memzero(password.data(), password.size());
    co_return same;
}

}  // namespace stoa
