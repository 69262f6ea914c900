#include "platform/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace stoa {
namespace {

Task<int> seven() { co_return 7; }

Task<int> doubled(Task<int> task) {
    const int value = co_await std::move(task);
    co_return 2 * value;
}

Task<int> broken() {
    throw std::runtime_error("it broke");
    co_return 0;
}

Task<std::string> what_broke(Task<int> task) {
    std::string what = "nothing";
    try {
        co_await std::move(task);
    } catch (const std::runtime_error& error) {
        what = error.what();
    }
    co_return what;
}

Task<> note(std::vector<int>& notes, int number) {
    notes.push_back(number);
    co_return;
}

Task<> note_around(std::vector<int>& notes, Task<> inner) {
    notes.push_back(1);
    co_await std::move(inner);
    notes.push_back(3);
}

Task<int> keeping(std::shared_ptr<int> kept) { co_return *kept; }

Task<std::unique_ptr<int>> owned() { co_return std::make_unique<int>(5); }

/// Suspends whoever awaits it until the test goes on with `waiter`.
struct Pause {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept { waiter = handle; }
    void await_resume() const noexcept {}
    std::coroutine_handle<>& waiter;
};

Task<> paused(std::coroutine_handle<>& waiter) {
    const Pause pause{waiter};
    co_await pause;
}

Detached start(Task<> task, std::thread::id& ended_on) {
    co_await std::move(task);
    ended_on = std::this_thread::get_id();
}

TEST(Task, gives_its_result) { EXPECT_EQ(seven().run(), 7); }

TEST(Task, gives_what_is_made_of_the_result_of_another) {
    EXPECT_EQ(doubled(doubled(seven())).run(), 28);
}

TEST(Task, gives_a_result_that_can_only_be_moved) { EXPECT_EQ(*owned().run(), 5); }

TEST(Task, throws_what_got_out_of_it) {
    EXPECT_THROW(broken().run(), std::runtime_error);
    EXPECT_THROW(doubled(broken()).run(), std::runtime_error);
}

TEST(Task, lets_its_waiter_catch_what_got_out_of_it) {
    EXPECT_EQ(what_broke(broken()).run(), "it broke");
    EXPECT_EQ(what_broke(seven()).run(), "nothing");
}

TEST(Task, does_nothing_before_it_is_awaited) {
    std::vector<int> notes;
    Task<> inner = note(notes, 2);
    Task<> outer = note_around(notes, std::move(inner));
    EXPECT_TRUE(notes.empty());
    std::move(outer).run();
    EXPECT_EQ(notes, (std::vector{1, 2, 3}));
}

TEST(Task, that_is_never_awaited_frees_what_it_was_given) {
    const auto kept = std::make_shared<int>(3);
    {
        const Task<int> task = keeping(kept);
        EXPECT_EQ(kept.use_count(), 2);
    }
    EXPECT_EQ(kept.use_count(), 1);
}

TEST(Task, that_is_assigned_to_frees_what_it_was_before) {
    const auto before = std::make_shared<int>(3);
    const auto after = std::make_shared<int>(4);
    {
        Task<int> task = keeping(before);
        task = keeping(after);
        EXPECT_EQ(before.use_count(), 1);
        EXPECT_EQ(std::move(task).run(), 4);
    }
    EXPECT_EQ(after.use_count(), 1);
}

TEST(Task, resumes_its_waiter_on_the_thread_it_ends_on) {
    std::coroutine_handle<> waiter;
    std::thread::id ended_on;
    start(paused(waiter), ended_on);
    ASSERT_TRUE(waiter);
    EXPECT_EQ(ended_on, std::thread::id());
    std::thread other([&] { waiter.resume(); });
    const auto other_id = other.get_id();
    other.join();
    EXPECT_EQ(ended_on, other_id);
}

TEST(Task, may_await_many_others_one_after_the_other) {
    const auto many = [](std::vector<int>& notes) -> Task<> {
        for (int i = 0; i < 1'000; ++i) co_await note(notes, i);
    };
    std::vector<int> notes;
    many(notes).run();
    EXPECT_EQ(notes.size(), 1'000U);
}

}  // namespace
}  // namespace stoa
