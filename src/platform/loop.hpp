#pragma once

#include "platform/task.hpp"

#include <chrono>
#include <coroutine>
#include <functional>
#include <span>

namespace stoa {

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

    /// Does `what` every so often from now on, on this loop's thread: the first time at once, the next time when the one
    /// before has ended and `pause` has passed. What it throws is logged. To be called before the loop runs.
    virtual void every(std::chrono::milliseconds pause, std::function<Task<>()> what) = 0;
};

}  // namespace stoa
