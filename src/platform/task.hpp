#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace stoa {

template <class T = void>
class Task;

namespace detail {

/// What promises of all tasks share: who waits, and the exception if one got out.
class TaskPromise {
  public:
    std::suspend_always initial_suspend() noexcept { return {}; }

    auto final_suspend() noexcept {
        struct ResumeWaiter {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept {
                return waiter;
            }
            void await_resume() noexcept {}
            std::coroutine_handle<> waiter;
        };
        return ResumeWaiter{waiter_};
    }

    void unhandled_exception() noexcept { error_ = std::current_exception(); }
    void set_waiter(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }

  protected:
    void rethrow_if_failed() {
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

  private:
    std::coroutine_handle<> waiter_ = std::noop_coroutine();
    std::exception_ptr error_;
};

template <class T>
class TaskPromiseOf : public TaskPromise {
  public:
    Task<T> get_return_object() noexcept;
    template <class U>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }
    T result() {
        rethrow_if_failed();
        return std::move(*value_);
    }

  private:
    std::optional<T> value_;
};

template <>
class TaskPromiseOf<void> : public TaskPromise {
  public:
    Task<void> get_return_object() noexcept;
    void return_void() noexcept {}
    void result() { rethrow_if_failed(); }
};

}  // namespace detail

/// A computation that gives a T when awaited, at once or later, or throws. It starts when it is
/// awaited, is awaited once, and resumes its waiter on the thread it ends on. Whoever must come
/// back to an I/O thread from another does so through that thread's Loop.
template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::TaskPromiseOf<T>;
    using value_type = T;

    explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    auto operator co_await() && noexcept {
        struct Start {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
                coroutine.promise().set_waiter(waiter);
                return coroutine;
            }
            T await_resume() { return coroutine.promise().result(); }
            std::coroutine_handle<promise_type> coroutine;
        };
        return Start{coroutine_};
    }

    /// Runs a task that never suspends (all it awaits is there at once) and gives its result.
    T run() && {
        coroutine_.resume();
        return coroutine_.promise().result();
    }

  private:
    std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
Task<T> TaskPromiseOf<T>::get_return_object() noexcept {
    return Task<T>{std::coroutine_handle<TaskPromiseOf>::from_promise(*this)};
}

inline Task<void> TaskPromiseOf<void>::get_return_object() noexcept {
    return Task<void>{std::coroutine_handle<TaskPromiseOf>::from_promise(*this)};
}

}  // namespace detail

/// A coroutine that nobody waits for: it starts at once and frees itself at its end. Its body must
/// not let an exception out.
struct Detached {
    struct promise_type {
        Detached get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept { std::terminate(); }
    };
};

}  // namespace stoa
