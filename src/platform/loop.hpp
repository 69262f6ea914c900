#pragma once

#include "platform/task.hpp"

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>

namespace stoa {

/// Watches a file descriptor for as long as it lives, on its loop's thread; the descriptor itself is left to its owner.
class Watch {
  public:
    virtual ~Watch() = default;

    /// Tells once, too, as soon as the descriptor can be written to.
    virtual void want_write() = 0;
};

/// The event loop of one I/O thread, as those see it who serve it from below: it can be told from any
/// thread which coroutines to go on with, and it says when a turn (a batch of ready events) is over.
class Loop {
  public:
    virtual ~Loop() = default;

    /// Resumes the coroutines on this loop's thread, in order. May be called from any thread.
    virtual void resume(std::span<const std::coroutine_handle<>> coroutines) = 0;

    /// `what` is called at the end of each turn from now on, on this loop's thread. To be called before
    /// the loop runs, or on its thread.
    virtual void at_turn_end(std::function<void()> what) = 0;

    /// `what` is called a few times a second from now on, to the end, on this loop's thread: to look at limits of time. To be called before
    /// the loop runs.
    virtual void at_tick(std::function<void()> what) { static_cast<void>(what); }

    /// Does `what` every so often from now on, on this loop's thread: the first time at once, the next time when the one
    /// before has ended and `pause` has passed. What it throws is logged. To be called before the loop runs.
    virtual void every(std::chrono::milliseconds pause, std::function<Task<>()> what) = 0;

    /// Calls `on_ready` whenever there is something to read from a descriptor, or its other end is gone. It may end the watch. On
    /// the loop's thread, or before the loop runs. The descriptor may be closed meanwhile. Throws std::system_error if there is no descriptor left to
    /// watch it by. A watch does not keep a loop running that has nothing else to do.
    virtual std::unique_ptr<Watch> watch(int descriptor, std::function<void()> on_ready) {
        static_cast<void>(descriptor);
        static_cast<void>(on_ready);
        throw std::logic_error("this loop watches no descriptors");
    }
};

}  // namespace stoa
