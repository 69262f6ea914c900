#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoa::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

std::string_view name_of(Method method);

/// Where a client is, behind the proxies that are trusted; empty: such a proxy asks for itself.
struct ClientNetwork {
    std::string
        name;  ///< an IPv4 address, or the /64 of an IPv6 one, which is what one subscriber has
    std::string
        site;  ///< the same, but the /48 of an IPv6 one, which a subscriber may well have, too
};

/// A request as it came: what the parser read, with nothing decoded. Views are valid while it is answered.
struct Request {
    Method method = Method::other;
    std::string_view path;   ///< raw: "/api/v1/posts/7"
    std::string_view query;  ///< raw, without the question mark
    std::string body;

    // Header fields, empty where there is none but where that makes a difference.
    std::string_view host;
    std::string_view authorization;
    std::optional<std::string_view> content_type;
    std::string_view content_encoding;
    std::string_view if_none_match;
    std::string_view cookie;
    std::optional<std::string_view> idempotency_key;
    std::string_view origin;
    std::string_view access_control_request_method;
    std::string_view forwarded_for;
    std::string_view forwarded;

    std::string request_id;   ///< taken over or made
    std::string traceparent;  ///< W3C trace context, likewise
    std::string_view peer;    ///< the address the connection comes from

    // What is found out before the operation runs.
    ClientNetwork network;
    struct RateLimit {
        std::string_view policy;
        std::string state;
    };
    std::optional<RateLimit> rate_limit;  ///< what the caller has left, for the answer's header
};

/// By which requests that belong together are known in all services' logs.
struct Trace {
    std::string request_id;
    std::string traceparent;
};

using Header = std::pair<std::string_view, std::string>;

/// An answer, before it is put on the wire.
struct Response {
    enum class Caching : std::uint8_t {
        no_store,    ///< private, an error, or the answer to a write
        revalidate,  ///< public: with an ETag made of the body, to be asked for again each time
    };

    int status = 200;
    std::string body;
    std::string_view content_type = "application/json";
    Caching caching = Caching::no_store;
    std::string etag = {};    ///< of the body, if it was made already
    bool is_private = false;  ///< whether there is something in it for this caller alone
    std::string_view content_security_policy = "default-src 'none'; frame-ancestors 'none'";
    std::vector<Header> headers;
};

/// The standard phrase of a status, "Not Found".
std::string_view reason(int status);

}  // namespace stoa::http
