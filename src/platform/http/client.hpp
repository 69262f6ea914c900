#pragma once

#include "platform/task.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {
class Loop;
}

namespace stoa::http {

/// How a service asks another: HTTP/1.1 over a few connections that are kept, on one I/O thread.
class Client {
  public:
    /// `base` is where the other service is, "http://127.0.0.1:8083". Throws std::runtime_error if it is no such URL.
    Client(Loop& loop, std::string_view base);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The status of GET `path`; nothing if there is no answer within a second.
    Task<std::optional<int>> get(std::string path);

  private:
    class Connections;
    std::unique_ptr<Connections> connections_;
};

}  // namespace stoa::http
