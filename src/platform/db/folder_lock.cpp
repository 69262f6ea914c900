#include "platform/db/folder_lock.hpp"

#include "platform/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace stoa::db {

namespace {

/// The process id that a lock's holder wrote into it; empty if it can't be read.
std::string id_in(int file) {
    std::array<char, 32> text{};
    const auto size = pread(file, text.data(), text.size() - 1, 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(0, size))};
}

std::runtime_error in_use(const std::filesystem::path& lock, const std::string& process) {
    return std::runtime_error(fmt::format(
        "the data folder '{}' is in use ('{}' is held by {}): stop that process first, or choose "
        "another folder with --data",
        lock.parent_path().string(), lock.filename().string(),
        process.empty() ? "another process" : "process " + process));
}

/// Takes the lock, also if somebody looks just now whether it is held.
bool take(int file) {
    constexpr int tries = 10;
    for (int i = 0; i < tries; ++i) {
        if (flock(file, LOCK_EX | LOCK_NB) == 0) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, std::string_view name) {
    make_private_folder(folder);
    const auto path = file_of(folder, name);
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (file_ < 0) {
        throw std::runtime_error(fmt::format("can't write to the data folder '{}': {}",
                                             folder.string(),
                                             std::generic_category().message(errno)));
    }
    give_to_owner_of(folder, path);
    if (!take(file_)) {
        const std::string process = id_in(file_);
        close(file_);
        throw in_use(path, process);
    }
    const std::string pid = std::to_string(getpid());
    if (ftruncate(file_, 0) != 0 || pwrite(file_, pid.data(), pid.size(), 0) < 0) {
        // Only the words of the next process's error suffer: the lock itself holds.
    }
}

std::optional<std::string> FolderLock::holder(const std::filesystem::path& folder,
                                              std::string_view name) {
    const auto path = file_of(folder, name);
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return std::nullopt;
    const bool held = flock(file, LOCK_SH | LOCK_NB) != 0;
    std::string process = id_in(file);
    close(file);
    return held ? std::optional(std::move(process)) : std::nullopt;
}

void FolderLock::must_be_free(const std::filesystem::path& folder, std::string_view name) {
    if (const auto process = holder(folder, name)) throw in_use(file_of(folder, name), *process);
}

std::filesystem::path FolderLock::file_of(const std::filesystem::path& folder,
                                          std::string_view name) {
    return folder / fmt::format("{}.lock", name);
}

FolderLock::~FolderLock() { close(file_); }

}  // namespace stoa::db
