#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace stoa::db {

/// Keeps other processes away from a database's files for as long as it lives, however the process ends
/// (flock(2) on `NAME.lock` beside them).
class FolderLock {
  public:
    /// Makes the folder (readable by its owner alone) if it isn't there. Throws std::runtime_error, with what
    /// to do, if another process holds the lock or the folder can't be written.
    FolderLock(const std::filesystem::path& folder, std::string_view name);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

    /// The id of the process that holds it now, if one does.
    static std::optional<std::string> holder(const std::filesystem::path& folder,
                                             std::string_view name);

    /// Throws as the constructor does if somebody holds it, and makes nothing.
    static void must_be_free(const std::filesystem::path& folder, std::string_view name);

    /// Where it is. It stays there, so it tells that the database has been in that folder.
    static std::filesystem::path file_of(const std::filesystem::path& folder,
                                         std::string_view name);

  private:
    int file_ = -1;
};

}  // namespace stoa::db
