#pragma once

#include "platform/db/postgres/answer.hpp"
#include "platform/db/postgres/servers.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace stoa::db::postgres {

/// A connection for a command or a start, whose calls wait; but none for longer than `patience` for the server to go on, nor for more than some
/// seconds for each server to let us in.
class Direct {
  public:
    /// Throws std::runtime_error, with what to do, if no server lets us in.
    Direct(const Servers& servers, std::chrono::milliseconds patience);

    /// Runs a statement; holds none of its rows. Throws Failure, or std::runtime_error if the server is silent or gone.
    void run(const Query& query, std::span<const Value> values, const OnRow& on_row);

    /// Whether a query gives any row.
    bool has_row(const Query& query, std::span<const Value> values = {});

    /// Runs statements that give no rows and take no values, all or none.
    void execute(const std::string& sql);

    /// `copy … from stdin`: begins it, sends some of what it takes, ends it. Nothing else may be run meanwhile. What the server says
    /// against the data is thrown at the end.
    void begin_copy(const std::string& sql);
    void send(std::string_view data);
    void end_copy();

  private:
    using Clock = std::chrono::steady_clock;

    void must_be_sent(int was_sent);
    bool connect(const Servers& servers, std::size_t server, std::string& why_not);
    void finish(const OnRow& on_row);
    Result next_result();
    void flush();
    void await(short events, Clock::time_point until);
    bool wait(short events, Clock::time_point until);

    Handle connection_ = no_connection();
    std::chrono::milliseconds patience_;
};

}  // namespace stoa::db::postgres
