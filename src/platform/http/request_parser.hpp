#pragma once

#include "platform/http/message.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace stoa::http {

/// What a request may cost before it is understood.
struct RequestLimits {
    std::size_t head = std::size_t{16} << 10;  ///< bytes of request line and header fields
    std::size_t body = std::size_t{1} << 20;   ///< bytes
};

/// Reads requests off a connection's bytes (Beast's parser, fed with put()).
class RequestParser {
  public:
    explicit RequestParser(const RequestLimits& limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Takes bytes off the front of `bytes` and says how many: of a head that is not complete none, or its first line. Throws
    /// Problem (400, 413, 417, 431) for what is no acceptable request; the
    /// connection can't go on then.
    std::size_t feed(std::string_view bytes);

    /// Whether something of a request has been taken.
    bool begun() const;
    bool head_complete() const;
    bool complete() const;
    /// Whether the client waits to be told to send the body (RFC 9110, section 10.1.1).
    bool expects_continue() const;
    /// Whether another request may follow this one.
    bool keep_alive() const;

    Request& request();

    /// Makes ready for the next request.
    void reset();

  private:
    class Parser;
    RequestLimits limits_;
    std::unique_ptr<Parser> parser_;
};

}  // namespace stoa::http
