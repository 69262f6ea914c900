#pragma once

#include "platform/http/access_log.hpp"
#include "platform/http/message.hpp"
#include "platform/http/request_parser.hpp"
#include "platform/loop.hpp"
#include "platform/ops/metrics.hpp"
#include "platform/task.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace stoa::http {

class SpanExporter;

struct ServerOptions {
    std::string listen = "127.0.0.1:8080";  ///< ADDRESS:PORT; port 0: any that is free
    std::size_t threads = 1;
    std::size_t max_connections = 10'000;
    RequestLimits request;
    std::chrono::milliseconds head_timeout{10'000};   ///< for a head, from its first byte
    std::chrono::milliseconds body_timeout{30'000};   ///< for a body
    std::chrono::milliseconds idle_timeout{75'000};   ///< between requests
    std::chrono::milliseconds write_timeout{30'000};  ///< for the client to take an answer
    std::chrono::milliseconds drain_timeout{10'000};  ///< for what is in flight when it stops
    std::vector<std::string> cors_origins;            ///< that pages may call from; "*": all
    std::chrono::milliseconds drain_delay{0};         ///< from retiring on, for balancers to notice
    Logged logged = Logged::nothing;                  ///< requests that have a line in the log
    SpanExporter* spans = nullptr;                    ///< none, or outlives the server
    double trace_ratio = 0;  ///< of traces that begin here, those that are sampled: 0 to 1
};

/// What answers requests on one I/O thread.
class Application {
  public:
    virtual ~Application() = default;
    /// Never throws. The request stays valid until the task ends.
    virtual Task<Response> handle(Request& request) = 0;
};

/// An HTTP/1.1 server: a thread for each core, each with an event loop and a listening socket of its own
/// (SO_REUSEPORT), so that a connection never leaves its thread.
class Server {
  public:
    using MakeApplication = std::function<std::unique_ptr<Application>(Loop&, ThreadMetrics&)>;

    /// Listens. Throws std::runtime_error, with what to do, if it can't.
    Server(ServerOptions options, Metrics& metrics);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// As address(), but one that this machine can reach: the loopback where it listens everywhere.
    std::string own_address() const;
    std::string address() const;  ///< with its port: "127.0.0.1:8080"

    /// Makes an application for each thread and serves until drain() is called and all is answered.
    void run(const MakeApplication& make_application);

    /// From now on leaving() says so; all else goes on as before. From any thread.
    void retire();
    bool leaving() const;

    /// Retires; stops listening; finishes what is in flight; then run() returns. From any thread.
    void drain();

  private:
    class Shared;
    class IoThread;
    std::unique_ptr<Shared> shared_;
    std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace stoa::http
