#include "commands/status/reading.hpp"

#include <gtest/gtest.h>

namespace stoa::status {
namespace {

Reading told(std::string_view text) {
    Reading reading;
    reading.add(read_exposition(text));
    return reading;
}

Process process(std::string_view text) { return {"http://a:8080", read_exposition(text)}; }
const Process kSilent{"http://a:8080", {}};

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
    const Site before{process("n_total 10\n")};
    const Site after{process("n_total 30\n")};
    EXPECT_EQ(Change(before, after, 4).rate("n_total"), 5);
}

TEST(Change, is_of_those_processes_that_have_gone_on) {
    const Process one = process("n_total 10\nprocess_start_time_seconds 7\n");
    const Process later = process("n_total 30\nprocess_start_time_seconds 7\n");
    const Process anew = process("n_total 100\nprocess_start_time_seconds 8\n");
    const auto rate = [](const Site& before, const Site& after) {
        return Change(before, after, 4).rate("n_total");
    };
    EXPECT_EQ(rate({one, one}, {later, anew}), 5) << "one has begun anew";
    EXPECT_EQ(rate({one, kSilent}, {later, anew}), 5) << "one is there again";
    EXPECT_EQ(rate({one, anew}, {later, kSilent}), 5) << "one is gone";
    EXPECT_EQ(rate({one}, {kSilent}), 0);
}

TEST(Change, estimates_quantiles_of_what_came) {
    const Site before{
        process("t_bucket{le=\"1\"} 100\nt_bucket{le=\"2\"} 100\n"
                "t_bucket{le=\"+Inf\"} 100\n")};
    const Site after{
        process("t_bucket{le=\"1\"} 150\nt_bucket{le=\"2\"} 190\n"
                "t_bucket{le=\"+Inf\"} 200\n")};
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
