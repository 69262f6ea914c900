#include "platform/private_file.hpp"

#include "platform/durable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace stoa {

namespace {

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& file) {
    throw std::runtime_error(fmt::format("can't {} '{}': {}", what, file.string(),
                                         std::generic_category().message(errno)));
}

/// A file descriptor, to read.
class Descriptor {
  public:
    Descriptor(const std::filesystem::path& path, int flags)
        : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

}  // namespace

NewFile::NewFile(const std::filesystem::path& path)
    : path_(path),
      number_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                     S_IRUSR | S_IWUSR)) {
    if (number_ < 0) fail("write", path);
}

NewFile::~NewFile() { ::close(number_); }

void NewFile::write(std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(number_, content.data(), content.size());
        if (written < 0) fail("write", path_);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void NewFile::sync() {
    if (::fsync(number_) != 0) fail("write", path_);
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) fail("read", file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void read_plain_file(const std::filesystem::path& file,
                     const std::function<void(std::string_view block)>& on_block) {
    // Nor does it wait for whoever might write into a pipe.
    const Descriptor in(file, O_NOFOLLOW | O_NONBLOCK);
    if (in.number() < 0 && errno == ELOOP) {
        throw std::runtime_error(fmt::format(
            "'{}' is a symbolic link, which is not followed here: name the file itself, or put it "
            "there",
            file.string()));
    }
    struct stat kind {};
    if (in.number() < 0 || ::fstat(in.number(), &kind) != 0) fail("read", file);
    if (!S_ISREG(kind.st_mode)) {
        throw std::runtime_error(fmt::format("'{}' is no plain file", file.string()));
    }
    constexpr std::size_t size = std::size_t{1} << 20;
    const auto block = std::make_unique<char[]>(size);
    while (true) {
        const auto bytes = ::read(in.number(), block.get(), size);
        if (bytes < 0) fail("read", file);
        if (bytes == 0) return;
        on_block({block.get(), static_cast<std::size_t>(bytes)});
    }
}

std::string read_plain_file(const std::filesystem::path& file) {
    std::string content;
    read_plain_file(file, [&](std::string_view block) { content += block; });
    return content;
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
        NewFile made(fresh);
        made.write(content);
        made.sync();
        std::error_code error;
        give_to_owner_of(std::filesystem::exists(file, error) ? file : file.parent_path(), fresh);
        rename_durably(fresh, file);
    } catch (...) {
        ::unlink(fresh.c_str());
        throw;
    }
}

}  // namespace stoa
