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
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace stoa {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string_view what, const fs::path& path, int error) {
    throw std::runtime_error(fmt::format("can't {} '{}': {}", what, path.string(),
                                         std::generic_category().message(error)));
}

[[noreturn]] void fail_to_place(std::string_view what, const fs::path& path, int error) {
    if (error != EBUSY && error != EINVAL) fail(what, path, error);
    throw std::runtime_error(
        fmt::format("can't {} '{}', which is a mount point or on a file system that can't do that: "
                    "choose a folder within it, or another",
                    what, path.string()));
}

fs::path parent_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
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

std::string sha256_of(const fs::path& file,
                      const std::function<void(std::uint64_t bytes)>& on_bytes) {
    std::ifstream in(file, std::ios::binary);
    if (!in) fail("read", file, errno);
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::vector<char> block(std::size_t{1} << 20);
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
        const auto size = static_cast<std::uint64_t>(in.gcount());
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                                  size);
        on_bytes(size);
    }
    if (in.bad()) fail("read", file, EIO);
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
    if (::rename(path_.c_str(), target.c_str()) != 0)
        fail_to_place("put a folder at", target, errno);
    is_placed_ = true;
    sync(parent_of(target));
}

/// It goes where the other will be, and then both change places: so whoever is interrupted leaves nothing that a later run would
/// remove although it is the only copy of something.
void StagingFolder::replace(const fs::path& target, const fs::path& before) {
    place_at(before);
    if (::renameat2(AT_FDCWD, before.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
        const int error = errno;
        ::rename(before.c_str(), path_.c_str());
        is_placed_ = false;
        fail_to_place("change places with", target, error);
    }
    sync(parent_of(target));
}

}  // namespace stoa
