#pragma once

#include "platform/http/operation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stoa::http {

/// What a tag (a service) is about.
struct Tag {
    std::string_view name;
    std::string_view description;
};

/// The OpenAPI 3.1 document of the operations, as JSON.
std::string openapi_document(const std::vector<Operation>& operations,
                             const std::vector<Tag>& tags);

}  // namespace stoa::http
