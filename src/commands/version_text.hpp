#pragma once

#include <string>

namespace stoa {

/// What `stoa --version` prints: its own version and commit, then a line for each library: of those that are shared, the one
/// that runs; of the others, the one it was built with.
std::string version_text();

}  // namespace stoa
