#include "platform/http/query_string.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

namespace stoa::http {
namespace {

/// The parameters as "[name=value]…", or the status of the refusal.
std::string parsed(std::string_view query) {
    std::string all;
    try {
        for (const Parameter& each : parse_query(query))
            all += "[" + each.name + "=" + each.value + "]";
    } catch (const Problem& problem) {
        return std::to_string(problem.status());
    }
    return all;
}

std::string decoded(std::string_view text) {
    try {
        return percent_decode(text);
    } catch (const Problem& problem) {
        return std::to_string(problem.status());
    }
}

TEST(Query, is_split_at_its_signs) {
    EXPECT_EQ(parsed(""), "");
    EXPECT_EQ(parsed("a=1"), "[a=1]");
    EXPECT_EQ(parsed("a=1&b=2&a=3"), "[a=1][b=2][a=3]");
    EXPECT_EQ(parsed("a=b=c"), "[a=b=c]");
    EXPECT_EQ(parsed("a"), "[a=]");
    EXPECT_EQ(parsed("a="), "[a=]");
    EXPECT_EQ(parsed("=1"), "[=1]");
    EXPECT_EQ(parsed("&a=1&&b=2&"), "[a=1][b=2]");
}

TEST(Query, is_decoded_after_it_is_split) {
    EXPECT_EQ(parsed("a%3Db=1%262"), "[a=b=1&2]");
    EXPECT_EQ(parsed("a+b=c+%2B+d"), "[a b=c + d]");
    EXPECT_EQ(parsed("q=n%C3%A9%E2%82%ac"), "[q=né€]");
}

TEST(Query, is_refused_if_it_can_not_be_decoded) {
    for (const std::string_view bad : {"a=%", "a=%4", "a=%zz", "a=%4g", "a=%%41", "%=1", "a=%00",
                                       "a=%FF", "a=%C3", "a=%ED%A0%80", "a=%C0%AF", "a=% 1"}) {
        EXPECT_EQ(parsed(bad), "400") << bad;
    }
}

TEST(Query, is_refused_with_too_many_parameters) {
    std::string query = "a=1";
    for (int i = 1; i < 64; ++i) query += "&a=1";
    EXPECT_NE(parsed(query), "400");
    EXPECT_EQ(parsed(query + "&a=1"), "400");
}

TEST(PercentDecode, leaves_a_plus_as_it_is) {
    EXPECT_EQ(decoded("a+b"), "a+b");
    EXPECT_EQ(decoded("%2f%2F%25"), "//%");
    EXPECT_EQ(decoded("%41"), "A") << "an escape at the very end";
}

TEST(PercentDecode, refuses_what_is_cut) {
    EXPECT_EQ(decoded("%"), "400");
    EXPECT_EQ(decoded("abc%4"), "400");
    EXPECT_EQ(decoded("%-1"), "400");
}

TEST(PercentEncode, escapes_all_but_unreserved_characters) {
    EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
    EXPECT_EQ(percent_encode(" &=+%/?#é"), "%20%26%3D%2B%25%2F%3F%23%C3%A9");
}

TEST(PercentEncode, is_undone_by_decoding) {
    std::string every;
    for (char c = 1; c < 127; ++c) every += c;
    every += "é€😀";
    EXPECT_EQ(decoded(percent_encode(every)), every);
    EXPECT_EQ(parsed("a=" + percent_encode(every)), "[a=" + every + "]");
}

}  // namespace
}  // namespace stoa::http
