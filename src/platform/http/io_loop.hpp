#pragma once

#include "platform/http/backlog.hpp"
#include "platform/http/io_watch.hpp"
#include "platform/loop.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace stoa::http {

namespace asio = boost::asio;

// Sockets and timers with the io_context's own executor: the polymorphic one costs more for each operation.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// What an operation on a socket came to.
struct Outcome {
    boost::system::error_code error;
    std::size_t bytes = 0;
};

/// Awaits an Asio operation: `co_await Operation{[&](auto done) { socket.async_read_some(b, done); }}`.
template <class Start>
class Operation {
  public:
    explicit Operation(Start start) : start_(std::move(start)) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
        start_([this, waiter](boost::system::error_code error, std::size_t bytes = 0) {
            outcome_ = {error, bytes};
            waiter.resume();
        });
    }
    Outcome await_resume() const noexcept { return outcome_; }

  private:
    Start start_;
    Outcome outcome_;
};

/// One I/O thread's event loop: an io_context, run in turns.
class IoLoop final : public Loop {
  public:
    asio::io_context& context() { return context_; }

    void resume(std::span<const std::coroutine_handle<>> coroutines) override {
        asio::post(context_, [all = std::vector(coroutines.begin(), coroutines.end())] {
            for (const auto coroutine : all) coroutine.resume();
        });
    }

    void at_turn_end(std::function<void()> what) override {
        at_turn_end_.push_back(std::move(what));
    }

    void at_tick(std::function<void()> what) override { at_tick_.push_back(std::move(what)); }

    void every(std::chrono::milliseconds pause, std::function<Task<>()> what) override {
        repeated_.push_back(
            std::make_unique<Repeated>(Repeated{pause, std::move(what), {}, false}));
    }

    std::unique_ptr<Watch> watch(int descriptor, std::function<void()> on_ready) override {
        std::erase_if(watched_, [](const auto& watched) { return watched.expired(); });
        auto watch = std::make_unique<IoWatch>(context_, descriptor, std::move(on_ready));
        watched_.push_back(watch->watched());
        return watch;
    }

    /// Watches tell nothing any more, so that the loop ends when it has nothing else to do.
    void end_watches() {
        for (const auto& watched : watched_) {
            if (const auto open = watched.lock()) open->end();
        }
    }

    /// To be called a few times a second.
    void tick() {
        for (const auto& what : at_tick_) what();
    }

    /// Starts what is due; to be called now and then.
    void start_what_is_due() {
        const auto now = std::chrono::steady_clock::now();
        for (const auto& repeated : repeated_) {
            if (!repeated->is_running && repeated->due <= now) start(*repeated);
        }
    }

    /// Whether something that start_what_is_due() has started has not ended.
    bool is_busy() const {
        return std::any_of(repeated_.begin(), repeated_.end(),
                           [](const auto& repeated) { return repeated->is_running; });
    }

    /// Whether more is asked of this thread than it can do.
    bool is_overloaded() const { return backlog_.is_too_long(); }

    /// Runs until stopped or out of work. A turn is bounded, so that its end comes under any load.
    void run() {
        constexpr std::size_t most_events = 128;
        while (context_.run_one() > 0) {
            std::size_t events = 1;
            while (events < most_events && context_.poll_one() > 0) ++events;
            backlog_.turn_ended(events, events < most_events);
            for (const auto& what : at_turn_end_) what();
        }
    }

  private:
    struct Repeated {
        std::chrono::milliseconds pause;
        std::function<Task<>()> what;
        std::chrono::steady_clock::time_point due;
        bool is_running;
    };

    static Detached start(Repeated& repeated) {
        repeated.is_running = true;
        try {
            co_await repeated.what();
        } catch (const std::exception& error) {
            spdlog::error("work that is done now and then failed: {}", error.what());
        }
        repeated.due = std::chrono::steady_clock::now() + repeated.pause;
        repeated.is_running = false;
    }

    asio::io_context context_{1};
    Backlog backlog_{context_};
    std::vector<std::function<void()>> at_turn_end_;
    std::vector<std::function<void()>> at_tick_;
    std::vector<std::unique_ptr<Repeated>> repeated_;
    std::vector<std::weak_ptr<WatchedDescriptor>> watched_;
};

}  // namespace stoa::http
