#pragma once

#include "platform/http/message.hpp"

#include <string>
#include <string_view>

namespace stoa::http {

/// The strong ETag of a body: made of its bytes, so it is the same in every process.
std::string etag_of(std::string_view body);

/// Says how an answer may be kept (RFC 9111), gives a public one its ETag, and turns it into a 304 if the client has it
/// already (RFC 9110, section 13.1.2).
void apply_caching(const Request& request, Response& response);

}  // namespace stoa::http
