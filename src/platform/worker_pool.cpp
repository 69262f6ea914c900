#include "platform/worker_pool.hpp"

#include "platform/problem.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

namespace stoa {

using namespace std::chrono_literals;

namespace {

/// Slow work waits for a core sooner than a request does.
void give_way_to_io_threads() {
    constexpr int nice = 10;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);  // of this thread alone, on Linux
}

}  // namespace

WorkerPool::WorkerPool(std::size_t threads, std::size_t capacity) : capacity_(capacity) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

Task<> WorkerPool::run(Loop& loop, const std::function<void()>& work) {
    struct Enqueue {
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) const {
            job.waiter = waiter;
            pool.enqueue(job);
        }
        void await_resume() const noexcept {}
        WorkerPool& pool;
        Job& job;
    };
    Job job{work, loop, {}, {}};
    co_await Enqueue{*this, job};
    if (job.error) std::rethrow_exception(job.error);
}

void WorkerPool::enqueue(Job& job) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= capacity_) {
            ++refused_;
            throw Problem::unavailable("Too much is waiting to be done; try again shortly.", 1s);
        }
        waiting_.push_back(&job);
    }
    arrived_.notify_one();
}

std::size_t WorkerPool::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

void WorkerPool::serve() {
    give_way_to_io_threads();
    while (true) {
        Job* job = nullptr;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            job = waiting_.front();
            waiting_.pop_front();
        }
        try {
            job->work();
        } catch (...) {
            job->error = std::current_exception();
        }
        ++done_;
        job->loop.resume({&job->waiter, 1});
    }
}

}  // namespace stoa
