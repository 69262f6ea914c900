#include "platform/http/client.hpp"

#include "platform/http/io_loop.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace stoa::http {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using Resolver = asio::ip::basic_resolver<tcp, Executor>;

constexpr std::size_t kKept = 8;  // idle connections
constexpr std::size_t kBuffer = 16 << 10;
constexpr std::size_t kLongestBody = 16 << 20;

/// What else a URL may have would be left out of the requests without a word.
bool is_origin(const boost::urls::url_view& url) {
    const bool is_more = url.has_userinfo() || url.has_query() || url.has_fragment() ||
                         !(url.encoded_path().empty() || url.encoded_path() == "/");
    return url.scheme_id() == boost::urls::scheme::http && !url.host().empty() && !is_more;
}

}  // namespace

class Client::Connections {
  public:
    Connections(IoLoop& loop, std::string_view base, std::chrono::milliseconds patience)
        : loop_(loop), patience_(patience) {
        const auto url = boost::urls::parse_uri({base.data(), base.size()});
        if (!url || !is_origin(*url)) {
            throw std::runtime_error(
                fmt::format("'{}' is not the URL of a service: give http://HOST:PORT", base));
        }
        host_ = std::string(url->encoded_host_and_port());
        name_ = std::string(url->host_address());
        port_ = url->has_port() ? std::string(url->port()) : "80";
    }

    Task<std::optional<Answer>> exchange(std::string request) {
        // A kept connection may have been closed at the other end; then once more, on a new one.
        if (!idle_.empty()) {
            Socket socket = std::move(idle_.back());
            idle_.pop_back();
            auto answer = co_await exchange_on(socket, request);
            if (answer) co_return answer;
            idle_.clear();
        }
        Socket socket(loop_.context().get_executor());
        if (!endpoint_) co_await resolve();
        if (!endpoint_) co_return std::nullopt;
        const Patience patience(loop_, socket, patience_);
        const Outcome connected = co_await Operation{
            [&](auto done) { socket.async_connect(*endpoint_, std::move(done)); }};
        if (connected.error) {
            endpoint_.reset();  // it may have moved
            co_return std::nullopt;
        }
        co_return co_await exchange_on(socket, request);
    }

    const std::string& host() const { return host_; }

  private:
    /// Looks up where the service is: a name may not be known yet, while it is down.
    Task<> resolve() {
        Resolver resolver(loop_.context().get_executor());
        Resolver::results_type found;
        const Outcome outcome = co_await Operation{[&](auto done) {
            resolver.async_resolve(name_, port_,
                                   [&found, done](boost::system::error_code error,
                                                  Resolver::results_type results) mutable {
                                       found = std::move(results);
                                       done(error);
                                   });
        }};
        if (!outcome.error && !found.empty()) endpoint_ = found.begin()->endpoint();
    }

    /// Closes a socket when its time is up.
    class Patience {
      public:
        Patience(IoLoop& loop, Socket& socket, std::chrono::milliseconds patience)
            : socket_(std::make_shared<Socket*>(&socket)),
              timer_(loop.context().get_executor(), patience) {
            // The timer may have gone off, and its handler wait, when this is destroyed.
            timer_.async_wait([watched = std::weak_ptr(socket_)](boost::system::error_code error) {
                const auto open = watched.lock();
                boost::system::error_code ignored;
                if (open && !error) (*open)->close(ignored);
            });
        }

      private:
        std::shared_ptr<Socket*> socket_;
        Timer timer_;
    };

    /// Sends a request and reads the answer; keeps the connection if it may be used again.
    Task<std::optional<Answer>> exchange_on(Socket& socket, const std::string& request) {
        namespace beast_http = boost::beast::http;
        beast_http::response_parser<beast_http::string_body> parser;
        parser.eager(true);
        parser.body_limit(kLongestBody);
        const Patience patience(loop_, socket, patience_);
        Outcome outcome = co_await Operation{
            [&](auto done) { asio::async_write(socket, asio::buffer(request), std::move(done)); }};
        std::string in(kBuffer, '\0');
        std::size_t size = 0;
        while (!outcome.error && !parser.is_done() && size < in.size()) {
            const auto free = asio::buffer(in.data() + size, in.size() - size);
            outcome = co_await Operation{
                [&](auto done) { socket.async_read_some(free, std::move(done)); }};
            size += outcome.bytes;
            boost::system::error_code error;
            const std::size_t taken = parser.put(asio::const_buffer(in.data(), size), error);
            std::copy(in.begin() + static_cast<std::ptrdiff_t>(taken),
                      in.begin() + static_cast<std::ptrdiff_t>(size), in.begin());
            size -= taken;
            if (error && error != beast_http::error::need_more) co_return std::nullopt;
        }
        if (!parser.is_done()) co_return std::nullopt;
        if (parser.keep_alive() && idle_.size() < kKept) idle_.push_back(std::move(socket));
        co_return Answer{static_cast<int>(parser.get().result_int()),
                         std::move(parser.get().body())};
    }

    IoLoop& loop_;
    std::chrono::milliseconds patience_;
    std::optional<tcp::endpoint> endpoint_;  ///< where it was found last
    std::string host_;                       ///< with its port, as requests name it
    std::string name_;
    std::string port_;
    std::vector<Socket> idle_;
};

Client::Client(Loop& loop, std::string_view base, std::chrono::milliseconds patience)
    : connections_(std::make_unique<Connections>(dynamic_cast<IoLoop&>(loop), base, patience)) {}

Client::~Client() = default;

Task<std::optional<Answer>> Client::get(std::string path, Trace trace) {
    std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nX-Request-Id: {}\r\ntraceparent: {}\r\n", path,
                    connections_->host(), trace.request_id, trace.traceparent);
    if (!trace.tracestate.empty()) request += fmt::format("tracestate: {}\r\n", trace.tracestate);
    request += "\r\n";
    return connections_->exchange(std::move(request));
}

Task<std::optional<Answer>> Client::ask(std::string method, std::string path, std::string json,
                                        std::string token) {
    std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, path, connections_->host());
    if (!token.empty()) request += fmt::format("Authorization: Bearer {}\r\n", token);
    if (!json.empty()) request += "Content-Type: application/json\r\n";
    request += fmt::format("Content-Length: {}\r\n\r\n{}", json.size(), json);
    return connections_->exchange(std::move(request));
}

BlockingClient::BlockingClient(std::string_view base, std::function<std::string()> token,
                               std::chrono::milliseconds patience)
    : loop_(std::make_unique<IoLoop>()),
      client_(*loop_, base, patience),
      token_(std::move(token)) {}

BlockingClient::~BlockingClient() = default;

std::optional<Answer> BlockingClient::ask(std::string method, std::string path, std::string json) {
    std::optional<Answer> result;
    auto answer = client_.ask(std::move(method), std::move(path), std::move(json), token_());
    const auto await = [&]() -> Detached { result = co_await std::move(answer); };
    await();
    loop_->context().restart();
    loop_->run();  // until nothing is left to do
    return result;
}

}  // namespace stoa::http
