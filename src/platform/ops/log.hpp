#pragma once

#include "platform/json/timestamp.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace stoa {

/// The log, on standard error, a line for each event:
///
///     2026-11-26T03:24:30.123Z info request method=GET path=/api/v1/posts/7 status=200        for people
///     {"time":"2026-11-26T03:24:30.123Z","level":"info","message":"request","method":"GET",…}  for programs
enum class LogFormat : std::uint8_t {
    text,   ///< colours on a terminal alone
    json,   ///< a JSON object a line
    auto_,  ///< text on a terminal, else JSON
};

/// Sends what spdlog is told to the log. At the begin of a program; the format may be set again, before there are threads.
void set_up_log();
void set_log_format(LogFormat format);

/// Builds one line of the log; nothing else knows how they look.
class LogLine {
  public:
    enum class Level : std::uint8_t { debug, info, warning, error };

    /// Begins a line at the end of `out`, which must outlive it.
    LogLine(std::string& out, Timestamp time, std::string_view level, std::string_view message);

    /// Begins one of its own, for write().
    LogLine(Level level, std::string_view message);
    LogLine(const LogLine&) = delete;
    LogLine& operator=(const LogLine&) = delete;

    void add(std::string_view name, std::string_view value);
    void add_word(std::string_view name, std::string_view value);  ///< no white space is in it
    void add(std::string_view name, std::int64_t value);
    void add(std::string_view name, std::chrono::nanoseconds time);  ///< in seconds

    /// Ends the line.
    void end();

    /// Ends it, and writes it if this level is logged.
    void write();

  private:
    void begin_field(std::string_view name);

    std::string own_;
    std::string& out_;
    Level level_ = Level::info;
    bool is_json_;
};

/// Writes whole lines to the log, as far as that can be done: what can't be logged must not stop a service.
void write_log(std::string_view lines);

}  // namespace stoa
