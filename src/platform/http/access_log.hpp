#pragma once

#include "platform/http/message.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace stoa::http {

/// A line for each request of one I/O thread, on standard error, gathered and written in pieces.
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
    void add_field(std::string_view name, std::string_view value);
    void add_field(std::string_view name, std::int64_t value);

    bool is_on_;
    std::string lines_;
};

}  // namespace stoa::http
