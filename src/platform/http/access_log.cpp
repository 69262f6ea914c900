#include "platform/http/access_log.hpp"

#include "platform/http/answer.hpp"
#include "platform/http/trace.hpp"
#include "platform/json/text.hpp"
#include "platform/ops/log.hpp"

#include <algorithm>
#include <array>

namespace stoa::http {

namespace {

constexpr std::size_t kFlushAt = 32 << 10;

bool may_be_a_secret(std::string_view name) {
    constexpr std::array<std::string_view, 6> words{"token", "password", "secret",
                                                    "key",   "auth",     "code"};
    if (name.find('%') != std::string_view::npos) return true;  // it may be called so
    const std::string lower = lower_case(name);
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return lower.find(word) != std::string::npos;
    });
}

}  // namespace

void append_without_secrets(std::string& out, std::string_view query) {
    for (std::size_t begin = 0; begin <= query.size();) {
        const std::size_t end = std::min(query.find('&', begin), query.size());
        const std::string_view parameter = query.substr(begin, end - begin);
        const std::string_view name = parameter.substr(0, parameter.find('='));
        if (begin > 0) out += '&';
        out += name;
        if (may_be_a_secret(name)) {
            out += "=…";
        } else {
            out += parameter.substr(name.size());
        }
        begin = end + 1;
    }
}

void AccessLog::add(const Request& request, const Response& response,
                    std::chrono::nanoseconds duration) {
    if (!is_logged(request, response)) return;
    std::string_view target = request.path;
    if (!request.query.empty()) {
        target_ = request.path;
        target_ += '?';
        append_without_secrets(target_, request.query);
        target = target_;
    }
    LogLine line(lines_, Timestamp::now(), "info", "request");
    line.add_word("method", name_of(request.method));
    line.add_word("path", target);
    line.add_word("operation", request.route ? std::string_view(request.route->operation) : "none");
    line.add("status", std::int64_t{response.status});
    line.add("bytes", static_cast<std::int64_t>(response.body.size()));
    line.add("seconds", duration);
    // The network that limits count, behind the proxies that are believed; /metrics and the like do not ask for it.
    line.add_word("client", request.network.name.empty() ? request.peer : request.network.name);
    line.add_word("request_id", request.request_id);
    line.add_word("trace_id", trace_id_of(request));
    line.end();
    if (lines_.size() >= kFlushAt) flush();
}

bool AccessLog::is_logged(const Request& request, const Response& response) const {
    if (logged_ != Logged::no_probes) return logged_ == Logged::everything;
    return response.status >= 300 ||
           std::find(kProbePaths.begin(), kProbePaths.end(), request.path) == kProbePaths.end();
}

void AccessLog::flush() {
    write_log(lines_);
    lines_.clear();
}

}  // namespace stoa::http
