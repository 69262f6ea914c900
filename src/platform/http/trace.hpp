#pragma once

#include "platform/http/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace stoa::http {

/// Makes sure that a request has an id (X-Request-Id) and a trace context (W3C Trace Context, `traceparent`): those that came, if they
/// are well-formed, else new ones. What is done for it here is a span of its own, whose id takes the place of the caller's.
/// `ratio`: of the traces that begin here, how many are sampled, from 0 to 1.
void take_over_or_make_trace(Request& request, double ratio = 0);

/// The parts of a request's trace context, as they are written in it.
inline std::string_view trace_id_of(const Request& request) {
    return std::string_view(request.traceparent).substr(3, 32);
}
inline std::string_view span_id_of(const Request& request) {
    return std::string_view(request.traceparent).substr(36, 16);
}

/// Whether what is done for a request is told to who gathers traces.
inline bool is_sampled(const Request& request) {
    const char low = request.traceparent.back();
    return ((low <= '9' ? low - '0' : low - 'a' + 10) & 1) != 0;
}

/// A span's id in 16 digits.
std::string hex_of(std::uint64_t id);

}  // namespace stoa::http
