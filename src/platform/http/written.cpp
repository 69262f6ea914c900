#include "platform/http/written.hpp"

#include "platform/json/integer.hpp"

#include <fmt/format.h>

#include <optional>

namespace stoa::http {

namespace {

constexpr std::string_view kName = "stoa-written";
constexpr int kDay = 86'400;            // seconds
constexpr std::int64_t kLate = 10'000;  // milliseconds that a write may go on after its answer

/// The value of a cookie (RFC 6265, section 4.2.1), if it is there.
std::optional<std::string_view> cookie(std::string_view cookies, std::string_view name) {
    while (!cookies.empty()) {
        const auto end = cookies.find(';');
        std::string_view pair = cookies.substr(0, end);
        cookies = end == std::string_view::npos ? "" : cookies.substr(end + 1);
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (!pair.starts_with(name)) continue;
        pair.remove_prefix(name.size());
        if (pair.starts_with('=')) return pair.substr(1);
    }
    return std::nullopt;
}

}  // namespace

db::Freshness freshness_of(const Request& request, bool anybody_writes) {
    const auto written = cookie(request.cookie, kName);
    const auto time = written ? parse_integer(*written) : std::nullopt;
    if (time) return {Timestamp{*time}};
    const bool may_have_written = anybody_writes || !request.authorization.empty();
    return may_have_written ? db::Freshness{} : db::Freshness{Timestamp{0}};
}

Header written(int status) {
    const auto time = Timestamp::now().milliseconds + (status >= 500 ? kLate : 0);
    return {"Set-Cookie",
            fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax", kName, time, kDay)};
}

}  // namespace stoa::http
