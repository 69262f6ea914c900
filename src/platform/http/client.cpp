#include "platform/http/client.hpp"

#include "platform/http/io_loop.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/parse.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace stoa::http {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

constexpr auto kPatience = 1s;
constexpr std::size_t kKept = 8;  // idle connections

}  // namespace

class Client::Connections {
  public:
    Connections(IoLoop& loop, std::string_view base) : loop_(loop) {
        const auto url = boost::urls::parse_uri({base.data(), base.size()});
        boost::system::error_code error;
        const std::string host = url ? std::string(url->encoded_host()) : "";
        const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
        if (!url || url->scheme_id() != boost::urls::scheme::http || error) {
            throw std::runtime_error(fmt::format(
                "'{}' is not the URL of a service: give http://ADDRESS:PORT", base));
        }
        endpoint_ = {address, url->has_port() ? url->port_number() : std::uint16_t{80}};
        host_ = std::string(url->encoded_host_and_port());
    }

    Task<std::optional<int>> get(std::string path) {
        const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, host_);
        // A kept connection may have been closed at the other end; then once more, on a new one.
        if (!idle_.empty()) {
            Socket socket = std::move(idle_.back());
            idle_.pop_back();
            if (auto status = co_await exchange(socket, request)) co_return status;
            idle_.clear();
        }
        Socket socket(loop_.context().get_executor());
        const Patience patience(loop_, socket);
        const Outcome connected = co_await Operation{
            [&](auto done) { socket.async_connect(endpoint_, std::move(done)); }};
        if (connected.error) co_return std::nullopt;
        co_return co_await exchange(socket, request);
    }

  private:
    /// Closes a socket when its time is up.
    class Patience {
      public:
        Patience(IoLoop& loop, Socket& socket)
            : socket_(std::make_shared<Socket*>(&socket)),
              timer_(loop.context().get_executor(), kPatience) {
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
    Task<std::optional<int>> exchange(Socket& socket, const std::string& request) {
        namespace beast_http = boost::beast::http;
        beast_http::response_parser<beast_http::string_body> parser;
        parser.eager(true);
        const Patience patience(loop_, socket);
        Outcome outcome = co_await Operation{[&](auto done) {
            asio::async_write(socket, asio::buffer(request), std::move(done));
        }};
        std::string in(16 << 10, '\0');
        std::size_t size = 0;
        while (!outcome.error && !parser.is_done()) {
            if (size == in.size()) co_return std::nullopt;
            outcome = co_await Operation{[&](auto done) {
                socket.async_read_some(asio::buffer(in.data() + size, in.size() - size), std::move(done));
            }};
            size += outcome.bytes;
            boost::system::error_code error;
            const std::size_t taken = parser.put(asio::const_buffer(in.data(), size), error);
            in.erase(0, taken);
            in.resize(16 << 10);
            size -= taken;
            if (error && error != beast_http::error::need_more) co_return std::nullopt;
        }
        if (!parser.is_done()) co_return std::nullopt;
        if (parser.keep_alive() && idle_.size() < kKept) idle_.push_back(std::move(socket));
        co_return parser.get().result_int();
    }

    IoLoop& loop_;
    tcp::endpoint endpoint_;
    std::string host_;
    std::vector<Socket> idle_;
};

Client::Client(Loop& loop, std::string_view base)
    : connections_(std::make_unique<Connections>(dynamic_cast<IoLoop&>(loop), base)) {}

Client::~Client() = default;

Task<std::optional<int>> Client::get(std::string path) { return connections_->get(std::move(path)); }

}  // namespace stoa::http
