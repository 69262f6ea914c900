#pragma once

#include <span>
#include <string_view>

namespace stoa {

/// A file of the source tree that travels inside the program.
struct EmbeddedFile {
    std::string_view path;  ///< below src/, as in "posts/schema/sqlite/001_posts.sql"
    std::string_view content;
};

/// All of them, ordered by path.
std::span<const EmbeddedFile> embedded_files();

}  // namespace stoa
