#pragma once

#include "platform/db/database.hpp"

#include <coroutine>
#include <exception>
#include <span>

namespace stoa::db::postgres {

/// A statement on its way; lives in the frame of the coroutine that waits for it.
struct Statement {
    enum class Outcome {
        waiting,
        done,
        failed,   ///< for the reason in `error`; it had no effect
        skipped,  ///< one before it in its batch failed: it was not run
        lost,     ///< the connection was, before the answer: whether it was run is not known
    };
    const Query& query;
    std::span<const Value> values;
    const OnRow& on_row;
    Outcome outcome = Outcome::waiting;
    std::exception_ptr error = nullptr;  ///< a Failure, or what `on_row` threw
    bool was_warned = false;             ///< by a notice of the server's
    std::coroutine_handle<> waiter = {};
};

/// Waits until a statement that was sent is at its end.
struct Answered {
    bool await_ready() const noexcept { return statement.outcome != Statement::Outcome::waiting; }
    void await_suspend(std::coroutine_handle<> waiter) const { statement.waiter = waiter; }
    void await_resume() const noexcept {}
    Statement& statement;
};

}  // namespace stoa::db::postgres
