#pragma once

#include "platform/db/database.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace stoa::db {

/// What must hold of a database's content beyond what its schema enforces: mostly of what is derived from something else
/// and kept beside it. `stoa check` looks at all of them.
struct Rule {
    std::string_view says;  ///< "every tally is what the votes on its post add up to"
    const Query& breaches;  ///< a row for each breach: one text that names it
    /// Make it hold again, in one transaction; none: it can't be derived.
    std::vector<std::reference_wrapper<const Query>> repair = {};
};

}  // namespace stoa::db
