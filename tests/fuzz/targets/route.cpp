#include "fuzz/fuzz.hpp"
#include "platform/http/query_string.hpp"
#include "platform/http/router.hpp"
#include "platform/json/utf8.hpp"

#include <array>

namespace stoa::fuzz {
namespace {

using http::PathValues;

/// What answered last: its pattern, and the values in the path.
struct Answered {
    std::string_view pattern;
    PathValues values;
};
Answered answered;

Task<http::Response> note(std::string_view pattern, PathValues values) {
    answered = {pattern, std::move(values)};
    co_return http::Response{};
}

constexpr std::array<std::string_view, 5> kPatterns{"/api/v1/posts", "/api/v1/posts/{id}",
                                                    "/api/v1/votes/top", "/api/v1/votes/{id}",
                                                    "/api/v1/votes/{id}/voters/{name}"};

const http::Router& router() {
    static ThreadMetrics metrics;
    static const http::Router* const all = [] {
        static http::Router made(metrics);
        for (const std::string_view pattern : kPatterns) {
            made.add(http::Method::get, pattern,
                     [pattern](http::Request&, const PathValues& values) {
                         return note(pattern, values);
                     });
        }
        return &made;
    }();
    return *all;
}

int status_of(std::string_view path, http::Method method) {
    http::Request request;
    request.method = method;
    request.path = path;
    answered = {};
    const http::Response response = router().handle(request).run();
    if (response.status == 405) {
        must(std::any_of(response.headers.begin(), response.headers.end(),
                         [](const http::Header& one) { return one.first == "Allow"; }),
             "a 405 says what is allowed");
    }
    return response.status;
}

/// The path of a pattern with these values, escaped.
std::string path_of(const Answered& to) {
    std::string path;
    auto value = to.values.begin();
    for (std::string_view rest = to.pattern.substr(1); !rest.empty();) {
        const auto segment = take_until(rest, '/');
        path += '/' +
                (segment.starts_with('{') ? http::percent_encode(*value++) : std::string(segment));
    }
    return path;
}

/// A path.
void run(std::string_view input) {
    if (input == "*") return;  // which is for OPTIONS alone
    if (status_of(input, http::Method::post) == 405) {
        must(status_of(input, http::Method::get) == 200, "a path takes one method at least");
    }
    const int status = status_of(input, http::Method::get);
    must(status == 200 || status == 404 || status == 400, "a path is there, or is not");
    if (status != 200) return;
    const Answered first = answered;
    for (const std::string& value : first.values) must(!value.empty(), "a value is not empty");
    // As a request's parser lets it through.
    const bool printable =
        std::all_of(input.begin(), input.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!printable) return;
    for (const std::string& value : first.values) {
        must(utf8::valid(value) && value.find('\0') == std::string::npos,
             "a value is UTF-8 without a NUL");
    }
    must(status_of(path_of(first), http::Method::get) == 200 && answered.values == first.values,
         "a value comes back as it is escaped");
}

const Registered registered("route", run);

}  // namespace
}  // namespace stoa::fuzz
