#pragma once

#include <string>
#include <vector>

namespace stoa {

/// One thing that is wrong with what a client sent: where, and what to do about it.
struct Fault {
    enum class In { body, query };
    In in;
    std::string where;   ///< a JSON pointer (RFC 6901) into the body, or a query parameter's name
    std::string detail;  ///< a sentence
};

using Faults = std::vector<Fault>;

}  // namespace stoa
