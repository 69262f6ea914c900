#include "platform/http/access_log.hpp"

#include "platform/json/timestamp.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iterator>

namespace stoa::http {

namespace {
constexpr std::size_t kFlushAt = 32 << 10;
}  // namespace

void AccessLog::add(const Request& request, const Response& response,
                    std::chrono::nanoseconds duration) {
    if (!is_on_) return;
    Timestamp::now().append_to(lines_);
    fmt::format_to(
        std::back_inserter(lines_),
        " request method={} path={}{}{} status={} bytes={} us={} peer={} id={} trace={}\n",
        name_of(request.method), request.path, request.query.empty() ? "" : "?", request.query,
        response.status, response.body.size(), duration.count() / 1'000, request.peer,
        request.request_id, request.traceparent);
    if (lines_.size() >= kFlushAt) flush();
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
