#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Fuzzing: each file in targets/ takes any bytes to one thing that parses, and holds it to what it promises.
/// libFuzzer calls it with inputs that it invents (tests/fuzz/run), the ordinary tests with those in corpus/.
namespace stoa::fuzz {

/// A promise that was not kept. No std::exception, so that nobody takes it for a refusal.
struct Broken {
    std::string promise;
};

/// Throws Broken unless the promise holds.
inline void must(bool holds, std::string_view promise) {
    if (!holds) throw Broken{std::string(promise)};
}

/// One thing that parses: `run` throws Broken where it does not do as promised.
struct Target {
    std::string_view name;
    void (*run)(std::string_view input);
};

/// All that are in the program: one where libFuzzer runs, else every one.
inline std::vector<Target>& targets() {
    static std::vector<Target> all;
    return all;
}

/// Makes a target known; its name is its file's.
struct Registered {
    Registered(std::string_view name, void (*run)(std::string_view input)) {
        targets().push_back({name, run});
    }
};

/// A choice among `below` (at most 200) that an input makes by its first byte: '0' is the first; at its end, too.
inline std::size_t take_choice(std::string_view& input, std::size_t below) {
    if (input.empty()) return 0;
    const auto byte = static_cast<unsigned char>(input[0] - '0');
    input.remove_prefix(1);
    return byte % below;
}

/// A place within `size` bytes, as the first two bytes of an input choose it.
inline std::size_t take_place(std::string_view& input, std::size_t size) {
    const std::size_t high = take_choice(input, 200);
    return (high * 200 + take_choice(input, 200)) % (size + 1);
}

/// What stands before the first `mark`, which is taken off the input with it; all, if there is none.
inline std::string_view take_until(std::string_view& input, char mark) {
    const auto end = std::min(input.find(mark), input.size());
    const std::string_view taken = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    return taken;
}

}  // namespace stoa::fuzz
