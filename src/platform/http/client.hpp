#pragma once

#include "platform/http/message.hpp"
#include "platform/task.hpp"

#include <chrono>
#include <functional>
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

    /// The answer to `path` by another method, with a body of JSON if it is not empty and a token if that is not; nothing if
    /// there is none. It is sent once more if a connection that was kept turns out to be closed, so it must be something
    /// that may be asked for twice.
    Task<std::optional<Answer>> ask(std::string method, std::string path, std::string json,
                                    std::string token);

  private:
    class Connections;
    std::unique_ptr<Connections> connections_;
};

/// The same for a program that has nothing else to do while it waits.
class BlockingClient {
  public:
    /// `token` is asked for the token of each request; it may give an empty one, for none.
    BlockingClient(std::string_view base, std::function<std::string()> token,
                   std::chrono::milliseconds patience = std::chrono::minutes(1));
    ~BlockingClient();
    BlockingClient(const BlockingClient&) = delete;
    BlockingClient& operator=(const BlockingClient&) = delete;

    std::optional<Answer> ask(std::string method, std::string path, std::string json = "");

  private:
    std::unique_ptr<IoLoop> loop_;
    Client client_;
    std::function<std::string()> token_;
};

}  // namespace stoa::http
