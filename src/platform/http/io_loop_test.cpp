#include "platform/http/io_loop.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace stoa::http {
namespace {

using namespace std::chrono_literals;

TEST(IoLoopEvery, does_its_work_at_once_and_again_after_the_pause) {
    IoLoop loop;
    int done = 0;
    loop.every(1h, [&]() -> Task<> {
        ++done;
        co_return;
    });
    int often = 0;
    loop.every(0ms, [&]() -> Task<> {
        ++often;
        co_return;
    });
    for (int i = 0; i < 3; ++i) loop.start_what_is_due();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(often, 3);
}

TEST(IoLoopEvery, does_not_start_again_what_has_not_ended) {
    IoLoop loop;
    std::coroutine_handle<> waiting;
    struct Wait {
        bool await_ready() const { return false; }
        void await_suspend(std::coroutine_handle<> waiter) const { place = waiter; }
        void await_resume() const {}
        std::coroutine_handle<>& place;
    };
    int begun = 0;
    loop.every(0ms, [&]() -> Task<> {
        ++begun;
        Wait wait{waiting};
        co_await wait;
    });
    loop.start_what_is_due();
    loop.start_what_is_due();
    EXPECT_EQ(begun, 1);
    EXPECT_TRUE(loop.is_busy());
    waiting.resume();
    EXPECT_FALSE(loop.is_busy());
    loop.start_what_is_due();
    EXPECT_EQ(begun, 2);
    waiting.resume();
}

TEST(IoLoopEvery, goes_on_after_a_failure) {
    IoLoop loop;
    int tried = 0;
    loop.every(0ms, [&]() -> Task<> {
        ++tried;
        throw std::runtime_error("this time");
        co_return;
    });
    loop.start_what_is_due();
    loop.start_what_is_due();
    EXPECT_EQ(tried, 2);
    EXPECT_FALSE(loop.is_busy());
}

}  // namespace
}  // namespace stoa::http
