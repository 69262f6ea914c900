#pragma once

#include "platform/http/message.hpp"

#include <chrono>
#include <string>

namespace stoa::http {

/// A line for each request of one I/O thread, gathered and written in pieces.
class AccessLog {
  public:
    explicit AccessLog(bool is_on) : is_on_(is_on) {}
    ~AccessLog() { flush(); }
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    void add(const Request& request, const Response& response, std::chrono::nanoseconds duration);

    /// Writes what has been gathered; to be called now and then.
    void flush();

  private:
    bool is_on_;
    std::string lines_;
    std::string target_;  ///< kept for its memory
};

/// Appends a query to a log's line: of parameters that by their name may be secrets the name alone. None of ours is one, but clients
/// err.
void append_without_secrets(std::string& out, std::string_view query);

}  // namespace stoa::http
