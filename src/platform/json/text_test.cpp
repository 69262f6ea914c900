#include "platform/json/text.hpp"

#include <gtest/gtest.h>

namespace stoa {
namespace {

struct Name : Text<Name> {
    static constexpr TextBounds bounds{
        .min = 2, .max = 4, .charset = "A-Za-z0-9_-", .lower_case = true};
    using Text::Text;
};

struct Title : Text<Title> {
    static constexpr TextBounds bounds{.min = 1, .max = 3, .may_be_blank = false};
    using Text::Text;
};

struct Even : Text<Even> {
    static constexpr TextBounds bounds{.max = 6};
    static std::optional<std::string> rule(std::string_view text) {
        return text.size() % 2 == 0 ? std::nullopt : std::optional<std::string>("must be even");
    }
    using Text::Text;
};

TEST(Text, is_refused_outside_of_its_length) {
    EXPECT_TRUE(Name::fault(""));
    EXPECT_TRUE(Name::fault("a"));
    EXPECT_FALSE(Name::fault("ab"));
    EXPECT_FALSE(Name::fault("abcd"));
    EXPECT_TRUE(Name::fault("abcde"));
}

TEST(Text, counts_characters_not_bytes) {
    EXPECT_FALSE(Title::fault("é€😀"));
    EXPECT_TRUE(Title::fault("é€😀a"));
}

TEST(Text, says_how_long_it_may_be_and_is) {
    EXPECT_EQ(Name::fault("abcde"), "must have 2 to 4 characters; this has 5");
}

TEST(Text, has_only_characters_of_its_charset) {
    for (const std::string_view good : {"AZ", "az", "09", "_-", "--"}) {
        EXPECT_FALSE(Name::fault(good)) << good;
    }
    for (const std::string_view bad :
         {"a b", "a.b", "a@b", "a[b", "a`b", "a{b", "a/b", "a:b", "aé"}) {
        EXPECT_TRUE(Name::fault(bad)) << bad;
    }
}

TEST(Text, may_be_blank_only_if_its_bounds_say_so) {
    EXPECT_TRUE(Title::fault(" \t"));
    EXPECT_TRUE(Title::fault("\u3000"));
    EXPECT_FALSE(Title::fault(" a "));
    EXPECT_FALSE(Even::fault("  "));
}

TEST(Text, is_held_to_its_own_rule_too) {
    EXPECT_FALSE(Even::fault("ab"));
    EXPECT_EQ(Even::fault("abc"), "must be even");
    EXPECT_NE(Even::fault("abcdefg"), "must be even") << "bounds go first";
}

TEST(Text, is_kept_in_lower_case_if_its_bounds_say_so) {
    EXPECT_EQ(Name::accept("aB_9").str(), "ab_9");
    EXPECT_EQ(Title::accept("aB").str(), "aB");
}

TEST(Text, is_compared_as_it_is_and_in_lower_case_on_request) {
    EXPECT_EQ(Title("a"), Title("a"));
    EXPECT_NE(Title("a"), Title("A"));
    EXPECT_EQ(Title("A").lower(), "a");
    EXPECT_LT(Title("a"), Title("b"));
}

TEST(LowerCase, changes_ascii_letters_alone) {
    EXPECT_EQ(lower_case("AZaz[@`{09"), "azaz[@`{09");
    EXPECT_EQ(lower_case("ÀÉ"), "ÀÉ");
    EXPECT_EQ(lower_case(""), "");
}

}  // namespace
}  // namespace stoa
