#pragma once

#include "platform/loop.hpp"
#include "platform/task.hpp"

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stoa {

/// A few threads for work that would hold up an I/O thread, with a bounded queue before them.
class WorkerPool {
  public:
    WorkerPool(std::size_t threads, std::size_t capacity);
    ~WorkerPool();  ///< finishes what is queued
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Runs `work` on one of the threads and goes on, on the loop's, when it is done; what it throws comes out
    /// here. Throws Problem::unavailable, at once, if `capacity` of them are waiting.
    Task<> run(Loop& loop, const std::function<void()>& work);

    /// How many are waiting.
    std::size_t waiting() const;
    std::uint64_t done() const { return done_; }
    std::uint64_t refused() const { return refused_; }

  private:
    struct Job {
        const std::function<void()>& work;
        Loop& loop;
        std::coroutine_handle<> waiter;
        std::exception_ptr error;
    };
    void enqueue(Job& job);
    void serve();

    const std::size_t capacity_;
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<std::uint64_t> refused_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Job*> waiting_;  ///< guarded by mutex_, as is stopping_
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace stoa
