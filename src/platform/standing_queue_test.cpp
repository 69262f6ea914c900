#include "platform/standing_queue.hpp"

#include <gtest/gtest.h>

namespace stoa {
namespace {

using namespace std::chrono_literals;

class StandingQueueTest : public testing::Test {
  protected:
    /// So much time after the beginning, something comes out that has waited for so long.
    void note(std::chrono::milliseconds at, std::chrono::milliseconds wait) {
        queue_.note(StandingQueue::Clock::time_point(1h) + at, wait);
    }
    bool stood(std::chrono::milliseconds at) const {
        return queue_.stood(StandingQueue::Clock::time_point(1h) + at);
    }
    StandingQueue queue_;
};

TEST_F(StandingQueueTest, a_long_wait_is_a_burst) {
    note(0ms, 80ms);
    EXPECT_FALSE(queue_.stands());
    note(99ms, 80ms);
    EXPECT_FALSE(queue_.stands());
    EXPECT_FALSE(stood(99ms));
}

TEST_F(StandingQueueTest, long_waits_without_end_are_a_standing_queue) {
    note(0ms, 21ms);
    note(50ms, 21ms);
    note(100ms, 21ms);
    EXPECT_TRUE(queue_.stands());
}

TEST_F(StandingQueueTest, short_waits_are_none_however_many) {
    for (auto at = 0ms; at < 1s; at += 10ms) note(at, 9ms);
    EXPECT_FALSE(queue_.stands());
}

TEST_F(StandingQueueTest, a_short_wait_between_makes_two_bursts) {
    note(0ms, 50ms);
    note(60ms, 5ms);
    note(100ms, 50ms);
    EXPECT_FALSE(queue_.stands());
    note(150ms, 50ms);
    queue_.note_none();
    note(200ms, 50ms);
    EXPECT_FALSE(queue_.stands());
}

TEST_F(StandingQueueTest, after_one_the_next_long_wait_is_another_at_once_for_a_while) {
    note(0ms, 50ms);
    note(100ms, 50ms);
    note(110ms, 1ms);
    EXPECT_FALSE(queue_.stands());
    EXPECT_TRUE(stood(110ms));
    note(120ms, 21ms);
    EXPECT_TRUE(queue_.stands());
    queue_.note_none();
    EXPECT_FALSE(stood(1'120ms));
    note(1'200ms, 50ms);
    EXPECT_FALSE(queue_.stands());
}

}  // namespace
}  // namespace stoa
