#include "platform/json/text.hpp"

#include <gtest/gtest.h>

namespace stoa {
namespace {

struct Name : Text<Name> {
    static constexpr TextBounds bounds{
        .min = 2, .max = 4, .charset = "A-Za-z0-9_", .lower_case = true};
    using Text::Text;
};

TEST(Text, is_refused_outside_of_its_bounds) {
    EXPECT_TRUE(Name::fault("a"));
    EXPECT_FALSE(Name::fault("ab"));
    EXPECT_FALSE(Name::fault("a_9Z"));
    EXPECT_TRUE(Name::fault("abcde"));
    EXPECT_TRUE(Name::fault("a-b"));
}

}  // namespace
}  // namespace stoa
