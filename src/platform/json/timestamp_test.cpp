#include "platform/json/timestamp.hpp"

#include <gtest/gtest.h>

#include <random>

namespace stoa {
namespace {

/// A text read and written again; "refused" if it is no time.
std::string again(std::string_view text) {
    const auto moment = Timestamp::parse(text);
    return moment ? moment->str() : "refused";
}

constexpr std::int64_t kYear0 = -62'167'219'200'000;
constexpr std::int64_t kEndOf9999 = 253'402'300'799'999;

TEST(Timestamp, counts_from_1970) {
    EXPECT_EQ(Timestamp{0}.str(), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(Timestamp{-1}.str(), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(Timestamp{kYear0}.str(), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(Timestamp{kEndOf9999}.str(), "9999-12-31T23:59:59.999Z");
}

TEST(Timestamp, comes_back_from_its_text_as_it_was) {
    std::mt19937_64 random(1);  // NOLINT: the same numbers in every run
    std::uniform_int_distribution<std::int64_t> any(kYear0, kEndOf9999);
    for (int i = 0; i < 10'000; ++i) {
        const Timestamp moment{any(random)};
        ASSERT_EQ(Timestamp::parse(moment.str()), moment) << moment.str();
    }
}

TEST(Timestamp, is_taken_from_any_offset) {
    EXPECT_EQ(again("2026-11-23T20:52:54Z"), "2026-11-23T20:52:54.000Z");
    EXPECT_EQ(again("2026-11-23T20:52:54+00:00"), "2026-11-23T20:52:54.000Z");
    EXPECT_EQ(again("2026-11-23T20:52:54-00:00"), "2026-11-23T20:52:54.000Z");
    EXPECT_EQ(again("2026-11-24T02:22:54+05:30"), "2026-11-23T20:52:54.000Z");
    EXPECT_EQ(again("2026-12-31T20:00:00-08:00"), "2027-01-01T04:00:00.000Z");
    EXPECT_EQ(again("2026-01-01T00:00:00+23:59"), "2025-12-31T00:01:00.000Z");
}

TEST(Timestamp, may_be_written_with_a_small_t_and_z_or_a_space) {
    EXPECT_EQ(again("2026-11-23t20:52:54z"), "2026-11-23T20:52:54.000Z");
    EXPECT_EQ(again("2026-11-23 20:52:54Z"), "2026-11-23T20:52:54.000Z");
}

TEST(Timestamp, is_cut_to_milliseconds) {
    EXPECT_EQ(again("2026-11-23T20:52:54.1Z"), "2026-11-23T20:52:54.100Z");
    EXPECT_EQ(again("2026-11-23T20:52:54.12Z"), "2026-11-23T20:52:54.120Z");
    EXPECT_EQ(again("2026-11-23T20:52:54.001Z"), "2026-11-23T20:52:54.001Z");
    EXPECT_EQ(again("2026-11-23T20:52:54.123999999999999999999Z"), "2026-11-23T20:52:54.123Z");
}

TEST(Timestamp, knows_leap_days) {
    EXPECT_EQ(again("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00.000Z");
    EXPECT_EQ(again("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00.000Z");
    EXPECT_EQ(again("2023-02-29T00:00:00Z"), "refused");
    EXPECT_EQ(again("1900-02-29T00:00:00Z"), "refused");
    EXPECT_EQ(again("2024-02-28T23:30:00-01:00"), "2024-02-29T00:30:00.000Z");
}

TEST(Timestamp, takes_a_leap_second_as_the_next_one) {
    EXPECT_EQ(again("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
    EXPECT_EQ(again("2016-12-31T23:59:61Z"), "refused");
}

TEST(Timestamp, is_refused_where_its_year_in_utc_has_no_four_digits) {
    EXPECT_EQ(again("0000-01-01T00:00:00+00:01"), "refused");
    EXPECT_EQ(again("9999-12-31T23:59:59-00:01"), "refused");
    EXPECT_EQ(again("9999-12-31T23:59:60Z"), "refused");
    EXPECT_EQ(again("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(again("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z");
}

TEST(Timestamp, is_refused_where_it_is_no_rfc_3339) {
    for (const std::string_view bad : {"",
                                       "now",
                                       "2026-11-23",
                                       "20:52:54Z",
                                       "2026-11-23T20:52:54",
                                       "2026-11-23T20:52Z",
                                       "2026-11-23T24:00:00Z",
                                       "2026-11-23T20:60:00Z",
                                       "2026-00-10T00:00:00Z",
                                       "2026-13-10T00:00:00Z",
                                       "2026-11-00T00:00:00Z",
                                       "2026-11-31T00:00:00Z",
                                       "26-11-23T20:52:54Z",
                                       "02026-11-23T20:52:54Z",
                                       "-026-11-23T20:52:54Z",
                                       "2026/11/23T20:52:54Z",
                                       "2026-11-23X20:52:54Z",
                                       "2026-11-23T20:52:54.Z",
                                       "2026-11-23T20:52:54,5Z",
                                       "2026-11-23T20:52:54+0100",
                                       "2026-11-23T20:52:54+01",
                                       "2026-11-23T20:52:54+24:00",
                                       "2026-11-23T20:52:54+01:60",
                                       "2026-11-23T20:52:54 Z",
                                       " 2026-11-23T20:52:54Z",
                                       "2026-11-23T20:52:54Z ",
                                       "2026-11-23T20:52:54ZZ",
                                       "2026-11-23T2 :52:54Z",
                                       "2026-1-23T20:52:54Z",
                                       "1764013974"}) {
        EXPECT_EQ(again(bad), "refused") << bad;
    }
}

TEST(Timestamp, is_refused_wherever_it_is_cut) {
    const std::string whole = "2026-11-23T20:52:54.123+01:00";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(Timestamp::parse(whole.substr(0, size))) << whole.substr(0, size);
    }
}

TEST(Timestamp, of_now_is_after_this_was_written) {
    EXPECT_GT(Timestamp::now(), *Timestamp::parse("2025-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace stoa
