#pragma once

#include "platform/http/message.hpp"
#include "platform/task.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {
class Loop;
}

namespace stoa::http {

class IoLoop;

struct Answer {
    int status = 0;
    std::string body;
};

/// How a service asks another: HTTP/1.1 over a few connections that are kept, on one I/O thread.
class Client {
  public:
    /// `base` is where the other service is, "http://127.0.0.1:8083"; an answer that takes longer than `patience`
    /// is none. Throws std::runtime_error, with what to do, if `base` is no such URL.
    Client(Loop& loop, std::string_view base,
           std::chrono::milliseconds patience = std::chrono::seconds(1));
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The answer to GET `path`, asked for as a part of what `trace` names; nothing if there is none.
    Task<std::optional<Answer>> get(std::string path, Trace trace);

    /// The answer to POST `path` with this JSON; nothing if there is none. It is sent once more if a connection
    /// that was kept turns out to be closed, so `path` must be one that may be called twice.
    Task<std::optional<Answer>> post(std::string path, std::string json);

  private:
    class Connections;
    std::unique_ptr<Connections> connections_;
};

/// The same for a program that has nothing else to do while it waits.
class BlockingClient {
  public:
    explicit BlockingClient(std::string_view base);
    ~BlockingClient();
    BlockingClient(const BlockingClient&) = delete;
    BlockingClient& operator=(const BlockingClient&) = delete;

    std::optional<Answer> post(std::string path, std::string json);

  private:
    std::optional<Answer> wait_for(Task<std::optional<Answer>> answer);

    std::unique_ptr<IoLoop> loop_;
    Client client_;
};

}  // namespace stoa::http
