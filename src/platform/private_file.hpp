#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace stoa {

/// The whole of a file. Throws std::runtime_error if it can't be read.
std::string read_file(const std::filesystem::path& file);

/// The same, block by block, of a file in a folder that may be another's: no link is followed, and nothing is waited for, or its owner could lead
/// root to what only root may read. Throws std::runtime_error, with what to do, for a link and for what is no plain file, too.
void read_plain_file(const std::filesystem::path& file,
                     const std::function<void(std::string_view block)>& on_block);
std::string read_plain_file(const std::filesystem::path& file);

/// A file that is not there yet, for its owner's eyes alone (mode 0600). Every call throws std::runtime_error if it can't be written.
class NewFile {
  public:
    explicit NewFile(const std::filesystem::path& path);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::string_view content);
    void sync();  ///< waits until it is on the disk

  private:
    std::filesystem::path path_;
    int number_;
};

/// Where root makes what others need: the owner of `model` becomes that of `path`; links are not followed. Throws std::runtime_error if it
/// can't be done.
void give_to_owner_of(const std::filesystem::path& model, const std::filesystem::path& path);

/// Root becomes the owner of a folder, for good: what is done in it then can do no more than its owner could, whatever links lie there, and
/// what is made belongs to them. Throws std::runtime_error if it can't be done.
void become_owner_of(const std::filesystem::path& folder);

/// Makes a folder that is not there, for its owner's eyes alone (mode 0700).
void make_private_folder(const std::filesystem::path& folder);

/// Replaces a file, in a folder that is made if need be, for its owner's eyes alone (mode 0600): whoever reads it sees all of the old or all of the new, also
/// after a crash. Throws std::runtime_error if it can't be written.
void write_private_file(const std::filesystem::path& file, std::string_view content);

}  // namespace stoa
