#pragma once

#include "platform/http/message.hpp"

namespace stoa::http {

/// Says how an answer may be kept (RFC 9111), gives a public one a strong ETag made of its body, and turns it
/// into a 304 if the client has it already (RFC 9110, section 13.1.2).
void apply_caching(const Request& request, Response& response);

}  // namespace stoa::http
