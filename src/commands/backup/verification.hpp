#pragma once

#include "commands/backup/manifest.hpp"

namespace stoa {

/// Looks whether a backup's files are what was written, and whether its databases are whole, known to this program and in
/// agreement with themselves; prints what it finds. Throws std::runtime_error, with what to do, if it is not good.
void verify_backup(const std::filesystem::path& folder, const Manifest& manifest);

/// Copies a backup's files, each read once, to a folder that has none of them, and verifies those copies: what is there then is what was found good. Throws as
/// verify_backup() does.
void copy_verified(const std::filesystem::path& folder, const Manifest& manifest,
                   const std::filesystem::path& copies);

}  // namespace stoa
