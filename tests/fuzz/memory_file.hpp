#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace stoa::fuzz {

/// A file in memory alone, for what reads files by their path.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view content)
        : descriptor_(memfd_create("input", MFD_CLOEXEC)) {
        while (!content.empty()) {
            const auto count = ::write(descriptor_, content.data(), content.size());
            if (count <= 0) throw std::runtime_error("no file in memory can be written");
            content.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    ~MemoryFile() { close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

  private:
    int descriptor_;
};

}  // namespace stoa::fuzz
