#include "platform/http/io_loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
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

TEST(IoLoopWatch,
     of_a_descriptor_that_was_closed_does_not_end_the_watch_of_the_next_one_with_its_number) {
    IoLoop loop;
    std::array<int, 2> lost{};
    std::array<int, 2> open{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, lost.data()), 0);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, open.data()), 0);
    auto watch_of_lost = loop.watch(lost[0], [] {});
    ASSERT_EQ(dup2(open[0], lost[0]), lost[0]);  // closes it, and takes its number
    bool is_heard = false;
    std::unique_ptr<Watch> watch_of_open = loop.watch(lost[0], [&] {
        is_heard = true;
        watch_of_open.reset();
    });
    watch_of_lost.reset();
    ASSERT_EQ(write(open[1], "x", 1), 1);
    loop.context().run_for(5s);
    EXPECT_TRUE(is_heard);
    for (const int descriptor : {lost[0], lost[1], open[0], open[1]}) close(descriptor);
}

TEST(IoLoopWatch, tells_of_a_connection_whose_descriptor_was_closed_when_its_other_end_goes) {
    IoLoop loop;
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    bool is_told = false;
    std::unique_ptr<Watch> watch = loop.watch(ends[0], [&] {
        is_told = true;
        watch.reset();
    });
    for (const int descriptor : ends) close(descriptor);
    loop.context().run_for(5s);
    EXPECT_TRUE(is_told);
}

}  // namespace
}  // namespace stoa::http
