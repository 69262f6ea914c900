#pragma once

#include "platform/http/message.hpp"
#include "platform/problem.hpp"

#include <string_view>

namespace stoa::http {

/// A problem as an answer (RFC 9457, "Problem Details for HTTP APIs"). `instance` is the path that it
/// happened on, raw as it came; empty if none could be read.
Response answer(const Problem& problem, std::string_view instance);

}  // namespace stoa::http
