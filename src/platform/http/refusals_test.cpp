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
    for (std::size_t i = 0; i < Refusals::kInPeriod; ++i) tell(refusals, told);
    EXPECT_EQ(told.size(), Refusals::kInPeriod);
    for (std::size_t i = 0; i < 4 * Refusals::kInPeriod; ++i) tell(refusals, told);
    EXPECT_LT(told.size(), 5 * Refusals::kInPeriod) << "more than in a period";
    loop.run();
    EXPECT_EQ(told.size(), 5 * Refusals::kInPeriod);
}

TEST(Refusals, the_others_in_their_turn) {
    IoLoop loop;
    Refusals refusals(loop.context());
    std::vector<Clock::time_point> told;
    const auto start = Clock::now();
    for (std::size_t i = 0; i < 5 * Refusals::kInPeriod + 1; ++i) tell(refusals, told);
    loop.run();
    ASSERT_EQ(told.size(), 5 * Refusals::kInPeriod + 1);
    EXPECT_GE(told.back() - start, 5 * Refusals::kPeriod - 1ms);
}

TEST(Refusals, after_a_pause_they_are_told_at_once_again) {
    IoLoop loop;
    Refusals refusals(loop.context());
    std::vector<Clock::time_point> told;
    for (std::size_t i = 0; i < 2 * Refusals::kInPeriod; ++i) tell(refusals, told);
    loop.run();
    loop.context().restart();
    std::this_thread::sleep_for(2 * Refusals::kPeriod);
    for (std::size_t i = 0; i < Refusals::kInPeriod; ++i) tell(refusals, told);
    EXPECT_EQ(told.size(), 3 * Refusals::kInPeriod);
}

}  // namespace
}  // namespace stoa::http
