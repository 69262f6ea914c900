#include "platform/worker_pool.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>

namespace stoa {
namespace {

using namespace std::chrono_literals;

/// A loop that the test's own thread runs.
class TestLoop final : public Loop {
  public:
    void resume(std::span<const std::coroutine_handle<>> coroutines) override {
        const std::lock_guard lock(mutex_);
        ready_.insert(ready_.end(), coroutines.begin(), coroutines.end());
        arrived_.notify_one();
    }
    void at_turn_end(std::function<void()>) override {}
    void every(std::chrono::milliseconds, std::function<Task<>()>) override {}

    /// Goes on with one coroutine; throws if none becomes ready.
    void run_one() {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, 10s, [this] { return !ready_.empty(); })) {
            throw std::runtime_error("nothing became ready");
        }
        const auto coroutine = ready_.front();
        ready_.pop_front();
        lock.unlock();
        coroutine.resume();
    }

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::coroutine_handle<>> ready_;
};

/// How a task ended, and where.
struct Ending {
    bool over = false;
    std::exception_ptr error;
    std::thread::id thread;
};

Detached watch(Task<> task, Ending& ending) {
    try {
        co_await std::move(task);
    } catch (...) {
        ending.error = std::current_exception();
    }
    ending.thread = std::this_thread::get_id();
    ending.over = true;
}

/// The status of the Problem that ended a task; 0 if none did.
int status_of(const Ending& ending) {
    try {
        if (ending.error) std::rethrow_exception(ending.error);
    } catch (const Problem& problem) {
        return problem.status();
    }
    return 0;
}

/// Work that holds up its thread until it is let go.
struct Gate {
    std::promise<void> entered;
    std::promise<void> open;
    std::function<void()> work = [this] {
        entered.set_value();
        open.get_future().wait();
    };
};

TEST(WorkerPool, works_on_a_thread_of_its_own_and_goes_on_on_the_loop_s) {
    TestLoop loop;
    WorkerPool pool(2, 4);
    std::thread::id worked_on;
    const std::function<void()> work = [&] { worked_on = std::this_thread::get_id(); };
    Ending ending;
    watch(pool.run(loop, work), ending);
    loop.run_one();
    EXPECT_TRUE(ending.over);
    EXPECT_FALSE(ending.error);
    EXPECT_EQ(ending.thread, std::this_thread::get_id());
    EXPECT_NE(worked_on, std::thread::id());
    EXPECT_NE(worked_on, std::this_thread::get_id());
}

TEST(WorkerPool, gives_what_work_throws_to_who_waits_for_it_alone) {
    TestLoop loop;
    WorkerPool pool(1, 4);
    const std::function<void()> bad = [] { throw Problem::conflict("no"); };
    const std::function<void()> good = [] {};
    Ending failed;
    Ending done;
    watch(pool.run(loop, bad), failed);
    watch(pool.run(loop, good), done);
    loop.run_one();
    loop.run_one();
    EXPECT_EQ(status_of(failed), 409);
    EXPECT_TRUE(done.over);
    EXPECT_FALSE(done.error);
}

TEST(WorkerPool, refuses_work_at_once_when_its_queue_is_full) {
    TestLoop loop;
    Gate gate;
    WorkerPool pool(1, 2);
    const std::function<void()> nothing = [] {};
    Ending held;
    watch(pool.run(loop, gate.work), held);
    gate.entered.get_future().wait();
    std::array<Ending, 2> queued;
    for (Ending& ending : queued) watch(pool.run(loop, nothing), ending);
    Ending refused;
    watch(pool.run(loop, nothing), refused);
    EXPECT_TRUE(refused.over);
    EXPECT_EQ(status_of(refused), 503);
    EXPECT_FALSE(queued[0].over || queued[1].over);

    gate.open.set_value();
    for (int i = 0; i < 3; ++i) loop.run_one();
    EXPECT_TRUE(held.over && queued[0].over && queued[1].over);
    EXPECT_FALSE(queued[0].error || queued[1].error);
}

TEST(WorkerPool, has_room_again_when_its_queue_has_been_served) {
    TestLoop loop;
    WorkerPool pool(1, 1);
    const std::function<void()> nothing = [] {};
    for (int i = 0; i < 10; ++i) {
        Ending ending;
        watch(pool.run(loop, nothing), ending);
        EXPECT_FALSE(ending.over);
        loop.run_one();
        EXPECT_FALSE(ending.error);
    }
}

TEST(WorkerPool, finishes_what_is_queued_before_it_goes) {
    TestLoop loop;
    std::atomic<int> done = 0;
    const std::function<void()> work = [&] { ++done; };
    std::array<Ending, 20> endings;
    {
        WorkerPool pool(2, endings.size());
        for (Ending& ending : endings) watch(pool.run(loop, work), ending);
    }
    EXPECT_EQ(done, 20);
    for (std::size_t i = 0; i < endings.size(); ++i) loop.run_one();
    for (const Ending& ending : endings) EXPECT_TRUE(ending.over);
}

}  // namespace
}  // namespace stoa
