#pragma once

#include "platform/http/access_log.hpp"
#include "platform/http/io_loop.hpp"
#include "platform/http/refusals.hpp"
#include "platform/http/request_parser.hpp"
#include "platform/http/server.hpp"
#include "platform/problem.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace stoa::http {

/// What the connections of one I/O thread share.
struct ConnectionContext {
    const ServerOptions& options;
    Application& application;
    AccessLog& access_log;
    const bool& draining;  ///< set on this thread
    const IoLoop& loop;
    Refusals& refusals;
    ThreadMetrics& metrics;
    std::int64_t tick = 0;       ///< counts up, kTick apart; the clock of all time limits
    std::int64_t close_at;       ///< the tick at which every connection is closed
    std::size_t body_bytes = 0;  ///< held for requests that are not answered yet
    std::string date;            ///< for the Date field, as of this tick
};

inline constexpr std::chrono::milliseconds kTick{250};
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// One client's connection, a coroutine:
///
///     read a head → read the body → answer → (more in the buffer: again) → send all answers at once → again
///
/// What it waits for has a time limit, kept as a number of ticks and looked at once a tick by its thread: no timer
/// is set for any operation. After a request that can't be read it answers and closes, reading on for a
/// moment: closing with unread bytes would reset the connection and take the answer away from the client.
class Connection {
  public:
    Connection(Socket socket, ConnectionContext& context);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Serves until either side is done.
    Task<> serve();

    /// Answers that there is no room, and closes.
    Task<> turn_away();

    /// Whether it was opened while draining, and so does not hold up the end.
    bool is_late() const { return is_late_; }

    /// Called each tick: gives up on what takes too long, and on idle connections when draining.
    void check_time();

  private:
    enum class Phase : std::uint8_t { idle, head, body, answering, sending, closing };

    /// Moves on to `phase` with its time limit, unless it is in it already.
    void enter(Phase phase);
    void hold_body(std::size_t bytes);
    Task<bool> read_request();
    Task<bool> read_more();
    Task<> answer_request();
    bool is_too_much(const Request& request) const;
    Response refusal(const Request& request);
    void append(const Response& response, bool head_only, bool keep_alive);
    void append_cors(std::string_view origin);
    void append_problem(const Problem& problem);
    Task<bool> send();
    Task<> linger();

    Socket socket_;
    ConnectionContext& context_;
    RequestParser parser_;
    std::string peer_;
    std::string in_;  ///< bytes read; those before in_begin_ and from in_end_ on are free
    std::size_t in_begin_ = 0;
    std::size_t in_end_ = 0;
    std::string out_;  ///< answers not sent yet
    Phase phase_ = Phase::idle;
    std::int64_t deadline_ = 0;   ///< tick
    std::size_t body_bytes_ = 0;  ///< of the request, as counted in the context
    bool timed_out_ = false;
    bool keep_alive_ = true;
    bool is_late_;          ///< opened while draining
    bool refused_ = false;  ///< answered without reading all that the client sends
};

}  // namespace stoa::http
