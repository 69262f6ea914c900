#pragma once

#include "platform/db/postgres/answer.hpp"
#include "platform/db/postgres/servers.hpp"
#include "platform/loop.hpp"
#include "platform/standing_queue.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

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
    std::coroutine_handle<> waiter = {};
};

/// Waits until a statement that was sent is at its end.
struct Answered {
    bool await_ready() const noexcept { return statement.outcome != Statement::Outcome::waiting; }
    void await_suspend(std::coroutine_handle<> waiter) const { statement.waiter = waiter; }
    void await_resume() const noexcept {}
    Statement& statement;
};

/// A connection to the first server that lets us in, on one loop's thread, opened anew when it is lost.
///
/// Statements are sent in pipeline mode (PostgreSQL's documentation, 34.5): one is sent without waiting for the answers to those before.
/// Up to each sync they are a batch: when one fails the rest of its batch is skipped, and outside of a transaction what was done
/// in the batch is undone. Statements are prepared when they are first used on a connection.
///
/// Nothing waits for ever: a server that is silent for longer than `patience` is given up, whatever the network says of it. (A
/// stopped one still acknowledges what it is sent.) Time is looked at by check_time(), which is to be called a few times a second.
class Link {
  public:
    /// `first`: the server that is tried first.
    Link(Loop& loop, Servers& servers, std::chrono::milliseconds patience, std::size_t first = 0);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Waits until it is open. Throws Problem::unavailable if it can't be opened in that time: at once, while it is known that it
    /// can't.
    Task<> opened(std::chrono::milliseconds within);

    /// Adds a statement to the batch. If the link is not open any more, it is lost.
    void send(Statement& statement);

    /// The same for one whose answer nobody waits for: if it fails, what follows in its batch is skipped.
    void send(const Query& query);

    /// Ends a batch, and sends what is to be sent.
    void sync();

    /// Whether there is something that no sync() has ended.
    bool has_open_batch() const { return batch_ > 0; }

    /// Whether so many statements more may wait for their answers.
    bool has_room(std::size_t statements) const;

    void check_time();

  private:
    using Clock = std::chrono::steady_clock;
    enum class State { closed, connecting, open };

    /// Who waits until it is open.
    struct Opening {
        std::coroutine_handle<> waiter;
        Clock::time_point until;
    };

    /// What the server owes, in the order in which it comes.
    struct Owed {
        enum class Kind { preparation, answer, sync } kind;
        const Query* query;
        Statement* statement;  ///< none: nobody waits for it
        Clock::time_point since;
    };

    void enqueue(const Query& query, std::span<const Value> values, Statement* statement);
    void owe(int was_sent, const Owed& owed);
    void flush();
    void on_ready();
    void go_on_connecting();
    void take_answers();
    void take(const PGresult* result);
    void take_failure(const PGresult* result);
    void answered();
    void give_up(const std::string& why);
    void try_servers();
    void connect();
    void not_connected(const std::string& why);
    void give_up_waiting(Clock::time_point now);
    void resume_waiting_for_open();
    static void resume_all(std::vector<std::coroutine_handle<>>& waiters);

    Loop& loop_;
    Servers& servers_;
    const std::chrono::milliseconds patience_;

    State state_ = State::closed;
    Handle connection_ = no_connection();
    std::unique_ptr<Watch> watch_;  ///< of the connection's socket; before it in death
    std::unordered_set<const Query*> prepared_;
    std::deque<Owed> owed_;
    std::size_t batch_ = 0;  ///< statements since the last sync
    StandingQueue queue_;
    bool is_useless_ = false;                        ///< to be given up
    std::vector<std::coroutine_handle<>> answered_;  ///< whose statements are at their end

    std::size_t server_ = 0;  ///< connected to, or being tried
    std::size_t tried_ = 0;   ///< servers of this round
    std::string why_not_;     ///< of each of them
    Clock::time_point give_up_at_;
    bool is_away_ = false;             ///< no server let us in, the last time that all were tried
    std::chrono::milliseconds pause_;  ///< after a round in vain
    Clock::time_point next_round_;
    std::vector<Opening> waiting_for_open_;
};

}  // namespace stoa::db::postgres
