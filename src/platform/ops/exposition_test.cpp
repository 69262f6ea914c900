#include "platform/ops/exposition.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace stoa {
namespace {

TEST(Exposition, is_read_as_names_labels_and_values) {
    const auto samples = read_exposition(
        "# HELP up Whether.\n# TYPE up gauge\nup 1\n"
        "requests{service=\"posts\",operation=\"a \\\"b\\\\c\\nd\"} 1.5e3\n"
        "time_bucket{le=\"+Inf\"} 7\nnever NaN\n");
    ASSERT_EQ(samples.size(), 4U);
    EXPECT_EQ(samples[0].name, "up");
    EXPECT_EQ(samples[0].value, 1);
    EXPECT_EQ(samples[1].label("service"), "posts");
    EXPECT_EQ(samples[1].label("operation"), "a \"b\\c\nd");
    EXPECT_EQ(samples[1].label("method"), "");
    EXPECT_EQ(samples[1].value, 1'500);
    EXPECT_EQ(samples[2].label("le"), "+Inf");
    EXPECT_TRUE(std::isnan(samples[3].value));
}

TEST(Exposition, is_refused_where_it_is_something_else) {
    for (const auto* text : {"<html>", "up", "up one", R"(up{a="b 1)", "up{a=b} 1", " 1"}) {
        EXPECT_THROW(read_exposition(text), std::runtime_error) << text;
    }
}

}  // namespace
}  // namespace stoa
