#pragma once

#include <string>

namespace stoa::db::sqlite {

/// The version of SQLite that runs, which may be a later one than it was built with: "X.Y.Z".
std::string library_version();

}  // namespace stoa::db::sqlite
