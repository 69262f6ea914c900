#pragma once

#include "platform/http/message.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace stoa::http {

enum class Logged : std::uint8_t {
    nothing,
    no_probes,  ///< all but what asks every second how the process is, and is told that it is well
    everything,
};

/// A line for each request of one I/O thread, gathered and written in pieces.
class AccessLog {
  public:
    explicit AccessLog(Logged logged) : logged_(logged) {}
    ~AccessLog() { flush(); }
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    void add(const Request& request, const Response& response, std::chrono::nanoseconds duration);

    /// Writes what has been gathered; to be called now and then.
    void flush();

  private:
    bool is_logged(const Request& request, const Response& response) const;

    Logged logged_;
    std::string lines_;
    std::string target_;  ///< kept for its memory
};

/// Appends a query to a log's line: of parameters that by their name may be secrets the name alone. None of ours is one, but clients
/// err.
void append_without_secrets(std::string& out, std::string_view query);

}  // namespace stoa::http
