#include "fuzz/fuzz.hpp"
#include "fuzz/http_second_opinion.hpp"
#include "platform/http/problem_answer.hpp"
#include "platform/http/request_parser.hpp"
#include "platform/http/trace.hpp"
#include "platform/json/read.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <array>

namespace stoa::fuzz {
namespace {

constexpr std::array kLimits{http::RequestLimits{}, http::RequestLimits{.head = 300, .body = 40}};
constexpr std::size_t kLongestFraming = 8 << 10;  // of chunks, beside the body

/// What a connection made of the bytes that came: the requests, and how it ended.
struct Outcome {
    std::vector<std::string> requests;
    std::string end;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string described(http::RequestParser& parser) {
    const http::Request& r = parser.request();
    return fmt::format("{} {}?{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}\n{}",
                       name_of(r.method), r.path, r.query, r.host, r.authorization,
                       r.content_type.value_or("-"), r.content_encoding, r.if_none_match,
                       r.idempotency_key.value_or("-"), r.origin, r.access_control_request_method,
                       r.forwarded_for, r.forwarded, r.request_id, r.traceparent, r.tracestate,
                       parser.keep_alive(), parser.expects_continue(), r.body);
}

void check_fields(const http::Request& r) {
    must(r.path.starts_with('/') || r.path == "*", "a path begins with a slash");
    for (const std::string_view part : {r.path, r.query}) {
        must(std::all_of(part.begin(), part.end(), [](char c) { return c > ' ' && c < 0x7F; }),
             "a target is printable ASCII");
    }
    for (const std::string_view value :
         {r.host, r.authorization, r.content_type.value_or(""), r.content_encoding, r.if_none_match,
          r.idempotency_key.value_or(""), r.origin, r.access_control_request_method,
          r.forwarded_for, r.forwarded, std::string_view(r.request_id),
          std::string_view(r.traceparent), r.tracestate}) {
        must(is_one_line(value), "a field's value is one line without a NUL");
    }
}

/// What a connection does with a request that can't be read.
std::string refused(http::Request& request, const Problem& problem) {
    const int status = problem.status();
    must(status == 400 || status == 413 || status == 417 || status == 431, "a refusal is a 4xx");
    take_over_or_make_trace(request);
    must(is_one_line(request.request_id) && is_one_line(request.traceparent) &&
             is_one_line(request.origin),
         "nothing that an answer repeats ends its line");
    json::parse(http::answer(problem, request.path).body);
    return fmt::format("refused: {}", status);
}

Outcome read(const http::RequestLimits& limits, const std::vector<std::string_view>& pieces) {
    http::RequestParser parser(limits);
    std::string unread;
    std::string taken;  // of the request that is being read
    Outcome outcome;
    try {
        for (const std::string_view piece : pieces) {
            unread += piece;
            while (!unread.empty()) {
                const std::size_t count = parser.feed(unread);
                must(count <= unread.size(), "no more is taken than there is");
                taken.append(unread, 0, count);
                unread.erase(0, count);
                must(parser.request().body.size() <= limits.body, "a body has its limit");
                if (!parser.complete()) break;
                check_fields(parser.request());
                check_framing(taken, parser.request());
                outcome.requests.push_back(described(parser));
                outcome.end = "closed";
                if (!parser.keep_alive()) return outcome;
                parser.reset();
                taken.clear();
            }
            must(unread.size() <= limits.head + limits.body + kLongestFraming,
                 "what waits to be read has a limit");
        }
    } catch (const Problem& problem) {
        outcome.end = refused(parser.request(), problem);
        return outcome;
    }
    const bool begun = parser.begun() || !unread.empty();
    must(begun || taken.empty(), "a request of which something was taken has begun");
    outcome.end = parser.head_complete() ? "in a body" : begun ? "in a head" : "between requests";
    return outcome;
}

bool is_refused(const Outcome& outcome) { return outcome.end.starts_with("refused"); }

/// That a head is none may be noticed before its end or at it; so where only one way to feed it did, it is given its end.
void check_agreement(const http::RequestLimits& limits, std::vector<std::string_view> pieces,
                     std::vector<std::string_view> other_pieces) {
    Outcome one = read(limits, pieces);
    Outcome other = read(limits, other_pieces);
    must(one.requests == other.requests,
         "which requests are read does not depend on how they come");
    if (is_refused(one) != is_refused(other)) {
        must(one.end == "in a head" || other.end == "in a head", "only a head's fault may wait");
        pieces.emplace_back("\r\n\r\n");
        other_pieces.emplace_back("\r\n\r\n");
        one = read(limits, pieces);
        other = read(limits, other_pieces);
    }
    // A head that is too long and none besides is refused for what is noticed first.
    const auto of_a_head = [](const Outcome& outcome) {
        return outcome.end == "refused: 400" || outcome.end == "refused: 431";
    };
    if (one == other || (of_a_head(one) && of_a_head(other))) return;
    throw Broken{fmt::format("what is read does not depend on how the bytes come: {}, or {}",
                             one.end, other.end)};
}

/// The limits, the places where the bytes are split, and the bytes of one connection.
void run(std::string_view input) {
    const http::RequestLimits& limits = kLimits.at(take_choice(input, kLimits.size()));
    const std::size_t first = take_place(input, input.size());
    const std::size_t second = take_place(input, input.size());
    const auto [from, to] =
        std::minmax({std::min(first, input.size()), std::min(second, input.size())});
    check_agreement(limits, {input},
                    {input.substr(0, from), input.substr(from, to - from), input.substr(to)});
    constexpr std::size_t short_enough = 200;
    if (input.size() > short_enough) return;
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < input.size(); ++i) bytes.push_back(input.substr(i, 1));
    check_agreement(limits, {input}, bytes);
}

const Registered registered("http_request", run);

}  // namespace
}  // namespace stoa::fuzz
