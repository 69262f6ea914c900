#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace stoa {

/// Waits until a file's or a folder's content is on the disk. Throws std::runtime_error if it can't be.
void sync(const std::filesystem::path& path);

/// A file's SHA-256, in hex. `on_bytes` is told of bytes that were read. Throws std::runtime_error if it can't be read.
std::string sha256_of(const std::filesystem::path& file,
                      const std::function<void(std::uint64_t bytes)>& on_bytes);

/// A folder that is filled before it takes its place, so that nobody ever sees it by halves. However its process ends, what it left
/// is removed by the next that stages something there. Every call may throw std::runtime_error.
class StagingFolder {
  public:
    /// Makes it in `parent`, which is made if need be; its name begins with `prefix`. For its owner's eyes alone (mode 0700).
    StagingFolder(const std::filesystem::path& parent, const std::string& prefix);
    ~StagingFolder();  ///< removes it, unless it has taken its place
    StagingFolder(const StagingFolder&) = delete;
    StagingFolder& operator=(const StagingFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// Takes its place, where nothing is or an empty folder.
    void place_at(const std::filesystem::path& target);

    /// Takes the place of a folder, in one step; that one is at `before` then.
    void replace(const std::filesystem::path& target, const std::filesystem::path& before);

  private:
    void sync_all() const;

    std::filesystem::path path_;
    int lock_ = -1;  ///< held as long as somebody fills it
    bool is_placed_ = false;
};

}  // namespace stoa
