#pragma once

#include <string>

namespace stoa::db::postgres {

/// The version of libpq that runs, which may be a later one than it was built with: "X.Y.Z".
std::string library_version();

}  // namespace stoa::db::postgres
