#include "platform/ops/log.hpp"

#include "platform/json/utf8.hpp"
#include "platform/json/write.hpp"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

namespace stoa {

namespace {

std::atomic<bool> is_json = false;

/// JSON is UTF-8; of what is not, the bytes that are no ASCII are told as question marks.
void append_json_text(std::string& out, std::string_view text) {
    if (utf8::valid(text)) {
        json::write_text(out, text);
        return;
    }
    std::string readable(text);
    std::replace_if(
        readable.begin(), readable.end(), [](char c) { return (c & 0x80) != 0; }, '?');
    json::write_text(out, readable);
}

bool needs_quotes(std::string_view value) {
    return value.empty() || std::any_of(value.begin(), value.end(), [](unsigned char c) {
               return c <= ' ' || c == '"' || c == 0x7F;
           });
}

std::string_view name_of(LogLine::Level level) {
    constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
    return names[static_cast<std::size_t>(level)];
}

/// What spdlog is told, as lines like all others.
class Formatter final : public spdlog::formatter {
  public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        using std::chrono::milliseconds;
        const auto since =
            std::chrono::duration_cast<milliseconds>(message.time.time_since_epoch());
        const auto level = spdlog::level::to_string_view(message.level);
        line_.clear();
        LogLine line(line_, Timestamp{since.count()}, {level.data(), level.size()},
                     {message.payload.data(), message.payload.size()});
        line.end();
        constexpr std::size_t time_and_space = 25;
        message.color_range_start = is_json ? 0 : time_and_space;
        message.color_range_end = is_json ? 0 : time_and_space + level.size();
        out.append(line_.data(), line_.data() + line_.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<Formatter>();
    }

  private:
    std::string line_;  ///< kept for its memory
};

}  // namespace

void set_up_log() {
    spdlog::set_default_logger(spdlog::stderr_color_mt("stoa"));
    spdlog::set_formatter(std::make_unique<Formatter>());
}

void set_log_format(LogFormat format) {
    is_json =
        format == LogFormat::json || (format == LogFormat::auto_ && isatty(STDERR_FILENO) == 0);
}

LogLine::LogLine(std::string& out, Timestamp time, std::string_view level, std::string_view message)
    : out_(out), is_json_(is_json.load(std::memory_order_relaxed)) {
    if (is_json_) {
        out_ += R"({"time":")";
        time.append_to(out_);
        out_ += R"(","level":")";
        out_ += level;
        out_ += R"(","message":)";
        append_json_text(out_, message);
        return;
    }
    time.append_to(out_);
    out_ += ' ';
    out_ += level;
    out_ += ' ';
    out_ += message;
}

LogLine::LogLine(Level level, std::string_view message)
    : LogLine(own_, Timestamp::now(), name_of(level), message) {
    level_ = level;
}

void LogLine::begin_field(std::string_view name) {
    if (is_json_) {
        out_ += ",\"";
        out_ += name;
        out_ += "\":";
    } else {
        out_ += ' ';
        out_ += name;
        out_ += '=';
    }
}

void LogLine::add(std::string_view name, std::string_view value) {
    begin_field(name);
    if (is_json_ || needs_quotes(value)) {
        append_json_text(out_, value);
    } else {
        out_ += value;
    }
}

void LogLine::add_word(std::string_view name, std::string_view value) {
    begin_field(name);
    if (is_json_) {
        append_json_text(out_, value);
    } else {
        out_ += value;
    }
}

void LogLine::add(std::string_view name, std::int64_t value) {
    begin_field(name);
    json::write_integer(out_, value);
}

void LogLine::add(std::string_view name, std::chrono::nanoseconds time) {
    begin_field(name);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    json::write_integer(out_, micros / 1'000'000);
    std::array<char, 7> fraction;
    auto rest = micros % 1'000'000;
    for (std::size_t i = fraction.size(); i-- > 1; rest /= 10) {
        fraction.at(i) = static_cast<char>('0' + rest % 10);
    }
    fraction[0] = '.';
    out_.append(fraction.data(), fraction.size());
}

void LogLine::end() { out_ += is_json_ ? "}\n" : "\n"; }

void LogLine::write() {
    constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                    spdlog::level::warn, spdlog::level::err};
    end();
    if (spdlog::should_log(levels[static_cast<std::size_t>(level_)])) write_log(out_);
}

void write_log(std::string_view lines) {
    while (!lines.empty()) {
        const auto written = ::write(STDERR_FILENO, lines.data(), lines.size());
        if (written <= 0) break;
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace stoa
