#include "platform/ops/service_manager.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace stoa::service_manager {

namespace {

void tell(const std::string& state) {
    const char* variable = std::getenv("NOTIFY_SOCKET");
    if (!variable || !*variable) return;
    std::string path = variable;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() > sizeof address.sun_path) {
        spdlog::warn("can't tell the service manager at {}: the name is too long", path);
        return;
    }
    if (path.front() == '@') path.front() = '\0';  // in Linux's abstract namespace
    std::copy(path.begin(), path.end(), static_cast<char*>(address.sun_path));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool was_told =
        socket >= 0 && sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), size) >= 0;
    if (!was_told)
        spdlog::warn("can't tell the service manager at {}: {}", variable, std::strerror(errno));
    if (socket >= 0) close(socket);
}

}  // namespace

void ready(const std::string& status) { tell("READY=1\nSTATUS=" + status); }

void stopping(std::chrono::milliseconds within) {
    tell(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}",
                     std::chrono::microseconds(within).count()));
}

}  // namespace stoa::service_manager
