#include "platform/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace stoa {

namespace {

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& file) {
    throw std::runtime_error(fmt::format("can't {} '{}': {}", what, file.string(),
                                         std::generic_category().message(errno)));
}

/// A file descriptor.
class Descriptor {
  public:
    Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0)
        : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

void write_new(const std::filesystem::path& file, std::string_view content) {
    const Descriptor out(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (out.number() < 0) fail("write", file);
    while (!content.empty()) {
        const auto written = ::write(out.number(), content.data(), content.size());
        if (written < 0) fail("write", file);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(out.number()) != 0) fail("write", file);
}

}  // namespace

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) fail("read", file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void give_to_owner_of(const std::filesystem::path& model, const std::filesystem::path& path) {
    struct stat owner {};
    if (::geteuid() != 0 || ::lstat(model.c_str(), &owner) != 0) return;
    if (::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0) fail("give away", path);
}

void become_owner_of(const std::filesystem::path& folder) {
    struct stat owner {};
    if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0 || owner.st_uid == 0) return;
    const bool is_done =
        ::setgroups(0, nullptr) == 0 && ::setgid(owner.st_gid) == 0 && ::setuid(owner.st_uid) == 0;
    if (!is_done) fail("become the owner of", folder);
}

void make_private_folder(const std::filesystem::path& folder) {
    std::error_code error;  // who writes into it will tell
    if (folder.empty() || !std::filesystem::create_directories(folder, error)) return;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
}

void write_private_file(const std::filesystem::path& file, std::string_view content) {
    make_private_folder(file.parent_path());
    const std::filesystem::path fresh = fmt::format("{}.{}.new", file.string(), getpid());
    ::unlink(fresh.c_str());  // left by a crash of a process that had our number
    try {
        write_new(fresh, content);
        std::error_code error;
        give_to_owner_of(std::filesystem::exists(file, error) ? file : file.parent_path(), fresh);
        if (::rename(fresh.c_str(), file.c_str()) != 0) fail("replace", file);
    } catch (...) {
        ::unlink(fresh.c_str());
        throw;
    }
    const Descriptor folder(file.has_parent_path() ? file.parent_path() : ".", O_RDONLY);
    if (folder.number() < 0 || ::fsync(folder.number()) != 0) fail("keep", file);
}

}  // namespace stoa
