#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::db {

/// One numbered step of a schema. Steps only ever go forward; a step that has run is never edited.
struct Migration {
    std::string name;  ///< its file: "posts/schema/sqlite/001_posts.sql"
    std::string_view sql;
    std::string checksum;  ///< of `sql`, in hex, recorded when it has run
};

/// The steps below the folders (as "posts/schema/sqlite"), in the order in which they must run.
std::vector<Migration> migrations(std::span<const std::string> folders);

/// Which of `all` are still to run, given what `recorded` (name and checksum) says has run. Throws
/// std::runtime_error, with what to do, if a recorded step is unknown here or was edited since.
struct Applied {
    std::string name;
    std::string checksum;
};
std::vector<Migration> pending(const std::vector<Migration>& all,
                               const std::vector<Applied>& recorded);

}  // namespace stoa::db
