#include "platform/http/server.hpp"

#include "platform/http/connection.hpp"
#include "platform/http/io_loop.hpp"
#include "platform/json/integer.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace stoa::http {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

/// Beyond the limit of connections, this many more are told so; the rest is closed at once.
constexpr std::size_t kTurnedAwayAtOnce = 64;
/// When listening has ended, late connections have this long.
constexpr std::int64_t kLastTicks = 4;

tcp::endpoint endpoint_of(const std::string& listen) {
    const auto colon = listen.rfind(':');
    std::string host = listen.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    if (host.empty() || host == "*") host = "0.0.0.0";
    const std::int64_t port =
        colon == std::string::npos ? -1 : parse_integer(listen.substr(colon + 1)).value_or(-1);
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error || port < 0 || port > 65'535) {
        throw std::runtime_error(fmt::format(
            "can't listen on '{}': give ADDRESS:PORT, as 127.0.0.1:8080 or [::]:80", listen));
    }
    return {address, static_cast<std::uint16_t>(port)};
}

std::string text_of(const tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                      : fmt::format("{}:{}", host, endpoint.port());
}

void listen_on(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    const int on = shared ? 1 : 0;
    ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    acceptor.bind(endpoint);
    if (shared) acceptor.listen(4'096);
}

/// Makes sure that no other process listens there: sharing a port between our threads would let it share too.
/// Gives the endpoint with its port, if any free one was asked for.
tcp::endpoint claimed(const std::string& listen) {
    const tcp::endpoint endpoint = endpoint_of(listen);
    asio::io_context context;
    Acceptor probe(context.get_executor());
    try {
        listen_on(probe, endpoint, false);
        probe.listen(1);
        return probe.local_endpoint();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(
            fmt::format("can't listen on {}: {}; choose another address with --listen", listen,
                        error.code().message()));
    }
}

std::string http_date() {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

}  // namespace

/// What the threads of a server share.
class Server::Shared {
  public:
    Shared(ServerOptions given, Metrics& all_metrics)
        : options(std::move(given)), metrics(all_metrics), endpoint(claimed(options.listen)) {}

    const ServerOptions options;
    Metrics& metrics;
    const tcp::endpoint endpoint;
    std::atomic<std::size_t> connections = 0;
    std::atomic<bool> leaving = false;
    std::atomic<std::size_t> threads_to_drain = options.threads;
};

/// One I/O thread: its loop, its listening socket, its connections.
class Server::IoThread {
  public:
    explicit IoThread(Shared& shared)
        : shared_(shared),
          metrics_(shared.metrics.add_thread()),
          acceptor_(loop_.context().get_executor()),
          ticker_(loop_.context().get_executor()),
          access_log_(shared.options.logged),
          refusals_(loop_.context()) {
        listen_on(acceptor_, shared.endpoint, true);
    }

    Loop& loop() { return loop_; }
    ThreadMetrics& metrics() { return metrics_; }

    void run(std::unique_ptr<Application> application) {
        application_ = std::move(application);
        context_ = std::make_unique<ConnectionContext>(
            ConnectionContext{shared_.options, *application_, access_log_, draining_, loop_,
                              refusals_, metrics_, 0, kNever, 0, http_date()});
        accept();
        tick();
        loop_.run();
        application_.reset();  // its sessions must end before the databases do
    }

    /// From any thread.
    void drain() {
        asio::post(loop_.context(), [this] {
            draining_ = true;
            context_->close_at = context_->tick + shared_.options.drain_timeout / kTick;
        });
    }

  private:
    Detached accept() {
        while (acceptor_.is_open()) {
            Socket socket(loop_.context().get_executor());
            const Outcome outcome = co_await Operation{
                [&](auto done) { acceptor_.async_accept(socket, std::move(done)); }};
            if (!outcome.error) {
                serve(std::move(socket));
            } else if (acceptor_.is_open()) {
                // Out of file descriptors, most likely: some come back when connections close.
                warn_of(outcome.error);
                Timer pause(loop_.context().get_executor(), 100ms);
                co_await Operation{[&](auto done) { pause.async_wait(std::move(done)); }};
            }
        }
    }

    /// Once in a while: it goes on for as long as there are too many.
    void warn_of(const boost::system::error_code& error) {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_warning_) return;
        next_warning_ = now + 5s;
        spdlog::warn("can't accept connections: {}", error.message());
    }

    Detached serve(Socket socket) {
        const std::size_t count = shared_.connections.fetch_add(1) + 1;
        const std::size_t most = shared_.options.max_connections;
        metrics_.count_connection(count <= most);
        try {
            if (count <= most + kTurnedAwayAtOnce) {
                Task<> served = serve_or_turn_away(std::move(socket), count <= most);
                co_await std::move(served);
            }
        } catch (const std::exception& error) {
            spdlog::error("a connection was given up: {}", error.what());
        }
        shared_.connections.fetch_sub(1);
    }

    Task<> serve_or_turn_away(Socket socket, bool there_is_room) {
        Connection connection(std::move(socket), *context_);
        const Listed listed(*this, connection);
        Task<> served = there_is_room ? connection.serve() : connection.turn_away();
        co_await std::move(served);
    }

    /// Keeps a connection among those whose time is looked at.
    class Listed {
      public:
        Listed(IoThread& thread, Connection& connection)
            : thread_(thread),
              place_(thread.connections_.insert(thread.connections_.end(), &connection)) {
            thread_.metrics_.connections.fetch_add(1, std::memory_order_relaxed);
        }
        ~Listed() {
            thread_.metrics_.connections.fetch_sub(1, std::memory_order_relaxed);
            thread_.connections_.erase(place_);
        }
        Listed(const Listed&) = delete;
        Listed& operator=(const Listed&) = delete;

      private:
        IoThread& thread_;
        std::list<Connection*>::iterator place_;
    };

    /// The coarse clock: limits of time are looked at here and nowhere else.
    Detached tick() {
        while (acceptor_.is_open() || !connections_.empty() || loop_.is_busy()) {
            loop_.tick();
            if (acceptor_.is_open()) loop_.start_what_is_due();
            ticker_.expires_after(kTick);
            co_await Operation{[&](auto done) { ticker_.async_wait(std::move(done)); }};
            ++context_->tick;
            context_->date = http_date();
            for (Connection* connection : connections_) connection->check_time();
            if (draining_) close_when_drained();
            access_log_.flush();
        }
        // Nothing else is waited for any more, so the loop ends by itself.
        loop_.end_watches();
    }

    /// While requests that came before are finished, new connections are still answered: that is how whoever
    /// balances the load learns from /readyz that this process ends.
    void close_when_drained() {
        const bool drained = std::all_of(connections_.begin(), connections_.end(),
                                         [](const Connection* c) { return c->is_late(); });
        if (drained && !std::exchange(drained_, true)) --shared_.threads_to_drain;
        if (!acceptor_.is_open()) return;
        if (shared_.threads_to_drain > 0 && context_->tick < context_->close_at) return;
        if (!drained)
            spdlog::warn(
                "requests do not end in time; those that wait for their clients are closed");
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        context_->close_at = std::min(context_->close_at, context_->tick + kLastTicks);
    }

    Shared& shared_;
    ThreadMetrics& metrics_;
    IoLoop loop_;
    Acceptor acceptor_;
    std::chrono::steady_clock::time_point next_warning_;
    Timer ticker_;
    AccessLog access_log_;
    Refusals refusals_;
    std::unique_ptr<Application> application_;
    std::unique_ptr<ConnectionContext> context_;
    std::list<Connection*> connections_;
    bool draining_ = false;
    bool drained_ = false;
};

Server::Server(ServerOptions options, Metrics& metrics)
    : shared_(std::make_unique<Shared>(std::move(options), metrics)) {
    for (std::size_t i = 0; i < shared_->options.threads; ++i) {
        threads_.push_back(std::make_unique<IoThread>(*shared_));
    }
}

Server::~Server() = default;

std::string Server::address() const { return text_of(shared_->endpoint); }

std::string Server::own_address() const {
    tcp::endpoint endpoint = shared_->endpoint;
    if (endpoint.address().is_unspecified()) {
        const bool v6 = endpoint.address().is_v6();
        endpoint.address(v6 ? asio::ip::address(asio::ip::address_v6::loopback())
                            : asio::ip::address(asio::ip::address_v4::loopback()));
    }
    return text_of(endpoint);
}

void Server::run(const MakeApplication& make_application) {
    std::vector<std::unique_ptr<Application>> applications;
    for (const auto& thread : threads_) {
        applications.push_back(make_application(thread->loop(), thread->metrics()));
    }
    std::vector<std::thread> running;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        running.emplace_back([&, i] { threads_[i]->run(std::move(applications[i])); });
    }
    for (std::thread& thread : running) thread.join();
}

void Server::retire() { shared_->leaving = true; }

bool Server::leaving() const { return shared_->leaving; }

void Server::drain() {
    retire();
    for (const auto& thread : threads_) thread->drain();
}

}  // namespace stoa::http
