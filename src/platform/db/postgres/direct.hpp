#pragma once

#include "platform/db/postgres/answer.hpp"
#include "platform/db/postgres/servers.hpp"

#include <chrono>
#include <span>
#include <string>

namespace stoa::db::postgres {

/// A connection for a command or a start, whose calls wait; but none for longer than `patience`.
class Direct {
  public:
    /// Throws std::runtime_error, with what to do, if no server lets us in.
    Direct(const Servers& servers, std::chrono::milliseconds patience);

    /// Runs a statement. Throws Failure, or std::runtime_error if the server is silent or gone.
    void run(const Query& query, std::span<const Value> values, const OnRow& on_row);

    /// Runs statements that give no rows and take no values, all or none.
    void execute(const std::string& sql);

  private:
    using Clock = std::chrono::steady_clock;

    bool connect(const Servers& servers, std::size_t server, std::string& why_not);
    void finish(const OnRow& on_row);
    bool wait(bool to_write, Clock::time_point until);

    Handle connection_ = no_connection();
    std::chrono::milliseconds patience_;
};

}  // namespace stoa::db::postgres
