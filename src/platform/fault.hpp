#pragma once

#include <algorithm>
#include <string>
#include <string_view>
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

/// Whether something is known already to be wrong there: one fault is enough for each place.
inline bool is_told(const Faults& faults, std::string_view where) {
    return std::any_of(faults.begin(), faults.end(),
                       [&](const Fault& fault) { return fault.where == where; });
}

}  // namespace stoa
