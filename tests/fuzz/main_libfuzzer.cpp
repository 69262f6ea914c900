#include "fuzz/fuzz.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// What libFuzzer calls. Each target is a program of its own, with this and the target's file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        stoa::fuzz::targets().front().run({reinterpret_cast<const char*>(data), size});
    } catch (const stoa::fuzz::Broken& broken) {
        std::fprintf(stderr, "broken promise: %s\n", broken.promise.c_str());
        std::abort();
    }
    return 0;
}
