#pragma once

#include "platform/db/postgres/answer.hpp"
#include "platform/db/postgres/joined.hpp"
#include "platform/db/postgres/servers.hpp"
#include "platform/db/postgres/statement.hpp"
#include "platform/loop.hpp"
#include "platform/standing_queue.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace stoa::db::postgres {

/// A connection to the first server that lets us in, on one loop's thread, opened anew when it is lost.
///
/// Statements are sent in pipeline mode (PostgreSQL's documentation, 34.5): one is sent without waiting for the answers to those before.
/// Up to each sync they are a batch: when one fails the rest of its batch is skipped, and outside of a transaction what was done
/// in the batch is undone. Statements are prepared when they are first used on a connection.
///
/// Nothing waits for ever: what a server has not answered within `patience` is lost, whatever the network says of it. (A stopped one
/// still acknowledges what it is sent.) Time is looked at by check_time(), which is to be called a few times a second.
class Link {
  public:
    struct Bounds {
        std::chrono::milliseconds patience;
        /// For one server to let us in.
        std::chrono::milliseconds connect_patience{1'500};
        /// Whether a server that is silent is given up. Otherwise the link is stuck until the server answers, or goes: a commit that waits for a
        /// replica waits on when its connection is closed, and each new connection would be one more that waits.
        bool gives_up = true;
    };
    Link(Loop& loop, Servers& servers, const Bounds& bounds);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Waits until it is open. Throws Problem::unavailable if it can't be opened in that time: at once, while it is known that it
    /// can't.
    Task<> opened(std::chrono::milliseconds within);

    /// Adds a statement to the batch. If the link is not open any more, it is lost.
    void send(Statement& statement);

    /// The same for a read outside of transactions, which may be answered together with others.
    void send_read(Statement& statement);

    /// The same for one whose answer nobody waits for: if it fails, what follows in its batch is skipped.
    void send(const Query& query);

    /// The number that a query outside of transactions gives, of this connection and no other; nothing if there is no answer.
    Task<std::optional<std::int64_t>> ask(const Query& query, std::span<const Value> values);

    /// Ends a batch, and sends what is to be sent.
    void sync();

    bool is_open() const { return state_ == State::open; }

    /// Whether it waits for an answer that nobody waits for any more: it can't be used.
    bool is_stuck() const { return state_ == State::stuck; }

    /// Looks for a server that lets us in, if it does not do so already.
    void find_again() {
        if (state_ == State::closed && !is_away_) try_servers();
    }

    /// To be called before it is opened: tries this server last.
    void avoid(std::size_t server) {
        if (state_ == State::closed) server_ = (server + 1) % servers_.count();
    }
    /// The server that it is or was connected to last.
    std::size_t server() const { return last_server_; }

    /// Asks for a sign of life, if nothing is on its way.
    void probe();

    /// Closes it, if nothing is on its way.
    void close_if_idle();

    /// Closes it, as if the server were lost, and tries that last.
    void leave(const std::string& why);

    /// Which of all connections that it has had this is, if it is open.
    std::uint64_t number() const { return number_; }

    /// Whether there is something that no sync() has ended.
    bool has_open_batch() const { return batch_ > 0 || joining_.size() > 0; }

    /// Whether so many statements more may wait for their answers.
    bool has_room(std::size_t statements) const;

    void check_time();

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kFirstPause{100};  ///< after a round in vain

    enum class State { closed, connecting, open, stuck };

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
        std::unique_ptr<Joined> joined = nullptr;  ///< whose whole the statement is
        /// As far as it is known. The statement is told at its end: until then it must live, and who has no result is lost.
        Statement::Outcome outcome = Statement::Outcome::lost;
    };

    void enqueue(const Query& query, std::span<const Value> values, Statement* statement,
                 std::unique_ptr<Joined> joined = nullptr);
    void enqueue_reads();
    void owe(int was_sent, Owed owed);
    void flush();
    void on_ready();
    void go_on_connecting();
    bool is_watched();
    void take_answers();
    void take(const PGresult* result);
    void take_failure(const PGresult* result);
    void answered();
    void tell(const Owed& owed, Statement::Outcome outcome);
    void end(Statement& statement, Statement::Outcome outcome);
    void ask_timeline();
    static void on_notice(void* self, const PGresult* notice);
    bool is_of_an_old_primary() const;
    void give_up(const std::string& why);
    void close();
    void forget_waiters();
    void is_silent(const std::string& why);
    std::string why_useless() const;
    void try_servers();
    void connect();
    void not_connected(const std::string& why);
    void give_up_waiting(Clock::time_point now);
    void resume_waiting_for_open();
    static void resume_all(std::vector<std::coroutine_handle<>>& waiters);

    Loop& loop_;
    Servers& servers_;
    const Bounds bounds_;

    State state_ = State::closed;
    Handle connection_ = no_connection();
    std::unique_ptr<Watch> watch_;  ///< of the connection's socket; before it in death
    std::unordered_set<const Query*> prepared_;
    std::deque<Owed> owed_;
    std::size_t joined_ = 0;  ///< reads that are owed together with another one
    std::uint64_t number_ = 0;
    std::size_t batch_ = 0;  ///< statements since the last sync
    Joining joining_;        ///< reads of the batch that are to be sent at its end
    StandingQueue queue_;
    bool is_useless_ = false;                        ///< to be given up
    std::vector<std::coroutine_handle<>> answered_;  ///< whose statements are at their end

    const OnRow on_timeline_;
    std::optional<Statement> timeline_asked_;
    std::int64_t timeline_ = 0;  ///< that the server is on; 0: not known

    std::size_t server_ = 0;       ///< connected to, or being tried
    std::size_t last_server_ = 0;  ///< connected to
    std::size_t tried_ = 0;        ///< servers of this round
    std::string why_not_;          ///< of each of them
    Clock::time_point give_up_at_;
    bool is_away_ = false;             ///< no server let us in, the last time that all were tried
    std::chrono::milliseconds pause_;  ///< after a round in vain
    Clock::time_point next_round_;
    std::vector<Opening> waiting_for_open_;
};

}  // namespace stoa::db::postgres
