#include "platform/http/access_log.hpp"

#include "platform/json/timestamp.hpp"
#include "platform/json/write.hpp"

#include <unistd.h>

namespace stoa::http {

namespace {
constexpr std::size_t kFlushAt = 32 << 10;
}  // namespace

void AccessLog::add(const Request& request, const Response& response,
                    std::chrono::nanoseconds duration) {
    if (!is_on_) return;
    Timestamp::now().append_to(lines_);
    add_field("request method", name_of(request.method));
    add_field("path", request.path);
    if (!request.query.empty()) {
        lines_ += '?';
        lines_ += request.query;
    }
    add_field("status", response.status);
    add_field("bytes", static_cast<std::int64_t>(response.body.size()));
    add_field("us", duration.count() / 1'000);
    add_field("peer", request.peer);
    add_field("id", request.request_id);
    add_field("trace", request.traceparent);
    lines_ += '\n';
    if (lines_.size() >= kFlushAt) flush();
}

void AccessLog::add_field(std::string_view name, std::string_view value) {
    lines_ += ' ';
    lines_ += name;
    lines_ += '=';
    lines_ += value;
}

void AccessLog::add_field(std::string_view name, std::int64_t value) {
    add_field(name, std::string_view());
    json::write_integer(lines_, value);
}

void AccessLog::flush() {
    std::string_view rest = lines_;
    while (!rest.empty()) {
        const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (written <= 0) break;  // a log that can't be written must not stop the service
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    lines_.clear();
}

}  // namespace stoa::http
