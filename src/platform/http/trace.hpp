#pragma once

#include "platform/http/message.hpp"

namespace stoa::http {

/// Makes sure that a request has an id (X-Request-Id) and a trace context (W3C Trace Context, `traceparent`):
/// those that came, if they are well-formed, else new ones.
void take_over_or_make_trace(Request& request);

}  // namespace stoa::http
