#include "fuzz/fuzz.hpp"
#include "platform/auth/key_set.hpp"

#include <stdexcept>

namespace stoa::fuzz {
namespace {

/// Public keys, as another process tells them.
void run(std::string_view input) {
    KeySet keys;
    try {
        keys = from_jwks(input);
    } catch (const std::runtime_error&) {
        return;
    }
    must(!keys.empty(), "a set has a key");
    must(from_jwks(to_jwks(keys)) == keys, "keys come back as they are written");
}

const Registered registered("jwks", run);

}  // namespace
}  // namespace stoa::fuzz
