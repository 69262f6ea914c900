#include "platform/http/trace.hpp"

#include "fuzz/fuzz.hpp"

namespace stoa::fuzz {
namespace {

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// W3C Trace Context, section 3.2.
bool is_traceparent(std::string_view text) {
    if (text.size() != 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto parent = text.substr(36, 16);
    return is_hex(version) && version != "ff" && is_hex(trace) && is_hex(parent) &&
           is_hex(text.substr(53)) && trace.find_first_not_of('0') != std::string_view::npos &&
           parent.find_first_not_of('0') != std::string_view::npos;
}

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 128 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}

/// The request id, and after a line's end the trace context.
void run(std::string_view input) {
    http::Request request;
    const std::string_view id = take_until(input, '\n');
    request.request_id = id;
    request.traceparent = input;
    http::take_over_or_make_trace(request);
    must(is_traceparent(request.traceparent), "every request has a trace context");
    must(is_id(request.request_id), "every request has an id that is fit for a header");
    const std::string_view trace = std::string_view(request.traceparent).substr(3, 32);
    if (is_traceparent(input)) {
        must(trace == input.substr(3, 32), "a good trace is kept");
        must(request.traceparent.substr(53) == input.substr(53), "and whether it is sampled");
    }
    if (is_id(id)) must(request.request_id == id, "a good id is kept");
    const http::Request once = request;
    http::take_over_or_make_trace(request);
    must(trace == std::string_view(once.traceparent).substr(3, 32) &&
             request.request_id == once.request_id,
         "what is good is kept the second time");
}

const Registered registered("trace", run);

}  // namespace
}  // namespace stoa::fuzz
