#include "fuzz/fuzz.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

/// All inputs that are kept, each of which once showed something new or broke a promise.
namespace stoa::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = STOA_FUZZ_CORPUS;

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const Target& target : targets()) all.emplace_back(target.name);
    std::sort(all.begin(), all.end());
    return all;
}

/// What is broken by the input in a file; empty if nothing is.
std::string broken_by(const fs::path& file, const Target& target) {
    std::ifstream stream(file, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) return "can't be read";
    try {
        target.run(input);
    } catch (const Broken& broken) {
        return broken.promise;
    } catch (const std::exception& error) {
        return std::string("an exception got out: ") + error.what();
    }
    return "";
}

class Corpus : public testing::TestWithParam<std::string> {};

TEST_P(Corpus, breaks_no_promise) {
    const auto target = std::find_if(targets().begin(), targets().end(),
                                     [](const Target& one) { return one.name == GetParam(); });
    ASSERT_TRUE(fs::is_directory(kCorpus / GetParam()));
    int inputs = 0;
    for (const auto& entry : fs::directory_iterator(kCorpus / GetParam())) {
        EXPECT_EQ(broken_by(entry.path(), *target), "") << entry.path();
        ++inputs;
    }
    EXPECT_GT(inputs, 0);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(names()),
                         [](const auto& name) { return name.param; });

TEST(CorpusFolder, has_inputs_for_each_target_and_no_other) {
    std::set<std::string> folders;
    for (const auto& entry : fs::directory_iterator(kCorpus)) {
        folders.insert(entry.path().filename().string());
    }
    const std::vector<std::string> known = names();
    EXPECT_EQ(folders, std::set<std::string>(known.begin(), known.end()));
}

}  // namespace
}  // namespace stoa::fuzz
