#include "platform/json/integer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace stoa {
namespace {

struct Id : Integer<Id> {
    static constexpr IntegerBounds bounds{.min = 1};
    using Integer::Integer;
};

struct Delta : Integer<Delta> {
    static constexpr IntegerBounds bounds{.min = -10, .max = 10, .may_be_zero = false};
    using Integer::Integer;
};

TEST(Integer, is_refused_outside_of_its_bounds) {
    EXPECT_TRUE(Id::fault(0));
    EXPECT_FALSE(Id::fault(1));
    EXPECT_FALSE(Id::fault(kMaxExactInteger));
    EXPECT_TRUE(Id::fault(kMaxExactInteger + 1));
    EXPECT_TRUE(Id::fault(std::numeric_limits<std::int64_t>::max()));
    EXPECT_TRUE(Id::fault(std::numeric_limits<std::int64_t>::min()));
}

TEST(Integer, says_its_bounds) { EXPECT_EQ(Delta::fault(11), "must be from -10 to 10"); }

TEST(Integer, may_be_zero_only_if_its_bounds_say_so) {
    EXPECT_EQ(Delta::fault(0), "must not be zero");
    EXPECT_FALSE(Delta::fault(-1));
    EXPECT_FALSE(Delta::fault(1));
}

TEST(Integer, is_exact_in_every_client_up_to_two_to_the_53rd) {
    EXPECT_EQ(kMaxExactInteger, 9'007'199'254'740'991);
}

TEST(ParseInteger, reads_what_is_written_in_full) {
    EXPECT_EQ(parse_integer("0"), 0);
    EXPECT_EQ(parse_integer("7"), 7);
    EXPECT_EQ(parse_integer("-12"), -12);
    EXPECT_EQ(parse_integer("100"), 100);
    EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(ParseInteger, reads_nothing_else) {
    for (const std::string_view bad :
         {"", "-", "+1", " 1", "1 ", "01", "00", "-0", "-01", "1.0", "1e3", "0x10", "1,000", "--1",
          "9223372036854775808", "-9223372036854775809", "99999999999999999999", "١"}) {
        EXPECT_FALSE(parse_integer(bad)) << bad;
    }
    EXPECT_FALSE(parse_integer({"1\0", 2}));
}

}  // namespace
}  // namespace stoa
