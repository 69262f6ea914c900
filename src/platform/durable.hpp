#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace stoa {

/// Waits until a file's or a folder's content is on the disk. Throws std::runtime_error if it can't be.
void sync(const std::filesystem::path& path);

/// Gives a file or folder another name, also after a crash; what had that name, a file or an empty folder, is replaced. Throws std::runtime_error, with
/// what to do.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// The SHA-256, in hex, of a file that is read as read_plain_file() does, which gives `on_block` what it reads.
std::string sha256_of(const std::filesystem::path& file,
                      const std::function<void(std::string_view block)>& on_block);

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
