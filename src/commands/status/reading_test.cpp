#include "commands/status/reading.hpp"

#include <gtest/gtest.h>

namespace stoa::status {
namespace {

Reading told(std::string_view text) {
    Reading reading;
    reading.add(read_exposition(text));
    return reading;
}

TEST(Reading, adds_up_what_several_processes_tell) {
    Reading reading = told("n{a=\"x\",b=\"1\"} 2\nn{a=\"y\",b=\"1\"} 3\n");
    reading.add(read_exposition("n{a=\"x\",b=\"2\"} 5\n"));
    EXPECT_EQ(reading.sum("n"), 10);
    EXPECT_EQ(reading.sum("n", {{"a", "x"}}), 7);
    EXPECT_EQ(reading.sum("n", {{"a", "x"}, {"b", "2"}}), 5);
    EXPECT_EQ(reading.sum("m"), 0);
    EXPECT_EQ(reading.largest("n"), 5);
    EXPECT_TRUE(reading.has("n", {{"a", "y"}}));
    EXPECT_FALSE(reading.has("n", {{"a", "z"}}));
}

TEST(Change, is_what_came_a_second) {
    const Reading before = told("n_total 10\n");
    const Reading after = told("n_total 30\n");
    EXPECT_EQ(Change(before, after, 4).rate("n_total"), 5);
    EXPECT_EQ(Change(after, before, 4).rate("n_total"), 0) << "the process has begun anew";
}

TEST(Change, estimates_quantiles_of_what_came) {
    const Reading before = told(
        "t_bucket{le=\"1\"} 100\nt_bucket{le=\"2\"} 100\n"
        "t_bucket{le=\"+Inf\"} 100\n");
    const Reading after = told(
        "t_bucket{le=\"1\"} 150\nt_bucket{le=\"2\"} 190\n"
        "t_bucket{le=\"+Inf\"} 200\n");
    const Change change(before, after, 1);
    EXPECT_DOUBLE_EQ(change.quantile(0.25, "t"), 0.5);
    EXPECT_DOUBLE_EQ(change.quantile(0.5, "t"), 1);
    EXPECT_DOUBLE_EQ(change.quantile(0.7, "t"), 1.5);
    EXPECT_DOUBLE_EQ(change.quantile(0.99, "t"), 2) << "beyond all bounds the last is told";
    EXPECT_LT(Change(before, before, 1).quantile(0.5, "t"), 0) << "nothing has come";
    EXPECT_LT(change.quantile(0.5, "other"), 0);
}

}  // namespace
}  // namespace stoa::status
