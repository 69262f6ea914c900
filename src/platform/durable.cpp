#include "platform/durable.hpp"

#include "platform/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace stoa {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string_view what, const fs::path& path, int error) {
    throw std::runtime_error(fmt::format("can't {} '{}': {}", what, path.string(),
                                         std::generic_category().message(error)));
}

fs::path parent_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

[[noreturn]] void fail_to_place(const fs::path& to, int error) {
    if (error != EBUSY && error != EINVAL) fail("put something at", to, error);
    throw std::runtime_error(
        fmt::format("can't put something at '{}', which is a mount point or on a file system that "
                    "can't do that: choose a folder within it, or another",
                    to.string()));
}

/// Opens a folder and takes its lock; less than 0 if it is not there or somebody has it.
int locked(const fs::path& folder) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
    ::close(file);
    return -1;
}

/// What others left who were interrupted.
void remove_leftovers(const fs::path& parent, const std::string& prefix) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(parent, error)) {
        if (!entry.path().filename().string().starts_with(prefix)) continue;
        const int lock = locked(entry.path());
        if (lock < 0) continue;
        fs::remove_all(entry.path(), error);
        ::close(lock);
    }
}

}  // namespace

void sync(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail("open", path, errno);
    const int result = ::fsync(file);
    const int error = errno;
    ::close(file);
    if (result != 0) fail("write", path, error);
}

void rename_durably(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) fail_to_place(to, errno);
    sync(parent_of(to));
}

std::string sha256_of(const fs::path& file,
                      const std::function<void(std::string_view block)>& on_block) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    read_plain_file(file, [&](std::string_view block) {
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                                  block.size());
        on_block(block);
    });
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state, hash.data());
    std::string hex;
    for (const unsigned char byte : hash) hex += fmt::format("{:02x}", byte);
    return hex;
}

StagingFolder::StagingFolder(const fs::path& parent, const std::string& prefix) {
    make_private_folder(parent);
    remove_leftovers(parent, prefix);
    std::string name = (parent / (prefix + ".XXXXXX")).string();
    if (!::mkdtemp(name.data())) fail("make a folder in", parent, errno);
    path_ = name;
    lock_ = locked(path_);
    if (lock_ < 0) fail("use", path_, errno);
}

StagingFolder::~StagingFolder() {
    std::error_code error;
    if (!is_placed_) fs::remove_all(path_, error);
    ::close(lock_);
}

void StagingFolder::sync_all() const {
    for (const auto& entry : fs::directory_iterator(path_)) sync(entry.path());
    sync(path_);
}

void StagingFolder::place_at(const fs::path& target) {
    sync_all();
    rename_durably(path_, target);
    is_placed_ = true;
}

/// It goes where the other will be, and then both change places: so whoever is interrupted leaves nothing that a later run would
/// remove although it is the only copy of something.
void StagingFolder::replace(const fs::path& target, const fs::path& before) {
    place_at(before);
    if (::renameat2(AT_FDCWD, before.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
        const int error = errno;
        is_placed_ = ::rename(before.c_str(), path_.c_str()) != 0;
        fail_to_place(target, error);
    }
    sync(parent_of(target));
}

}  // namespace stoa
