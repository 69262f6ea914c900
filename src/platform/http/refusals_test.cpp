#include "platform/http/refusals.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace stoa::http {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Detached tell(Refusals& refusals, std::vector<Clock::time_point>& told) {
    co_await refusals.turn();
    told.push_back(Clock::now());
}

TEST(Refusals, the_first_are_told_at_once) {
    IoLoop loop;
    Refusals refusals(loop.context());
    std::vector<Clock::time_point> told;
    for (int i = 0; i < 100; ++i) tell(refusals, told);
    EXPECT_EQ(told.size(), 100U);
    tell(refusals, told);
    EXPECT_EQ(told.size(), 100U) << "one more than in a period";
    loop.run();
    EXPECT_EQ(told.size(), 101U);
}

TEST(Refusals, the_others_in_their_turn_a_hundred_in_ten_milliseconds) {
    IoLoop loop;
    Refusals refusals(loop.context());
    std::vector<Clock::time_point> told;
    const auto start = Clock::now();
    for (int i = 0; i < 550; ++i) tell(refusals, told);
    loop.run();
    ASSERT_EQ(told.size(), 550U);
    EXPECT_LT(told[99] - start, 10ms);
    EXPECT_GE(told[100] - start, 9ms);
    EXPECT_GE(told[549] - start, 49ms);
}

TEST(Refusals, after_a_pause_they_are_told_at_once_again) {
    IoLoop loop;
    Refusals refusals(loop.context());
    std::vector<Clock::time_point> told;
    for (int i = 0; i < 150; ++i) tell(refusals, told);
    loop.run();
    loop.context().restart();
    std::this_thread::sleep_for(15ms);
    for (int i = 0; i < 100; ++i) tell(refusals, told);
    EXPECT_EQ(told.size(), 250U);
}

}  // namespace
}  // namespace stoa::http
