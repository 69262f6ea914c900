#include "platform/http/request_parser.hpp"

#include "platform/json/text.hpp"
#include "platform/problem.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory_resource>

namespace stoa::http {

namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using Error = boost::beast::error_code;

Method method_of(beast_http::verb verb) {
    switch (verb) {
        case beast_http::verb::get:
            return Method::get;
        case beast_http::verb::head:
            return Method::head;
        case beast_http::verb::post:
            return Method::post;
        case beast_http::verb::put:
            return Method::put;
        case beast_http::verb::patch:
            return Method::patch;
        case beast_http::verb::delete_:
            return Method::delete_;
        case beast_http::verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

constexpr std::size_t kFirstBody = 64 << 10;
constexpr std::size_t kLongestFraming = 8 << 10;

/// Folded lines are obsolete, and a way to hide a field from whoever is in front of us (RFC 9112, section 5.2).
void refuse_folded_lines(std::string_view bytes) {
    const std::string_view head = bytes.substr(0, bytes.find("\r\n\r\n"));
    for (auto end = head.find('\n'); end != std::string_view::npos;
         end = head.find('\n', end + 1)) {
        const bool folded =
            end + 1 < head.size() && (head[end + 1] == ' ' || head[end + 1] == '\t');
        if (folded) throw Problem::unreadable("A header field is folded over several lines.");
    }
}

[[noreturn]] void refuse(const Error& error, const RequestLimits& limits) {
    if (error == beast_http::error::header_limit) {
        throw Problem::status(
            431, fmt::format("The request's head is larger than {} bytes.", limits.head));
    }
    if (error == beast_http::error::body_limit) {
        throw Problem::status(413, fmt::format("The body is larger than {} bytes.", limits.body));
    }
    throw Problem::unreadable(fmt::format("This is not HTTP/1.1: {}.", error.message()));
}

}  // namespace

class RequestParser::Parser final : public beast_http::basic_parser<true> {
  public:
    explicit Parser(const RequestLimits& limits) {
        header_limit(static_cast<std::uint32_t>(limits.head));
        body_limit(limits.body);
    }

    Request request;
    bool expects_continue = false;
    std::size_t body_framing = 0;  ///< bytes of chunk headers and trailers
    std::size_t head_bytes = 0;
    bool is_1_1() const { return version_ >= 11; }

    int refused_with = 0;  ///< a status, if the head is well-formed but not acceptable

  private:
    /// A copy that stays where it is: the bytes that were read move.
    std::string_view keep(string_view text) {
        auto* copy = static_cast<char*>(kept_.allocate(text.size(), 1));
        std::copy(text.begin(), text.end(), copy);
        return {copy, text.size()};
    }

    /// A list that is given in several lines is one list (RFC 9110, section 5.3).
    std::string_view keep_list(std::string_view before, string_view value) {
        if (before.empty()) return keep(value);
        std::string all(before);
        all += ',';
        all.append(value.data(), value.size());
        return keep({all.data(), all.size()});
    }

    void on_request_impl(beast_http::verb verb, string_view, string_view target, int version,
                         Error& error) override {
        version_ = version;
        request.method = method_of(verb);
        const bool printable =
            std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
        if (!printable) error = beast_http::error::bad_target;
        std::string_view path = keep(target);
        bool absolute = false;
        for (const std::string_view scheme : {"http://", "https://"}) {  // the absolute form
            if (!path.starts_with(scheme)) continue;
            absolute = true;
            path.remove_prefix(scheme.size());
            path.remove_prefix(std::min(path.find_first_of("/?"), path.size()));
        }
        const auto question = std::min(path.find('?'), path.size());
        request.path = path.substr(0, question);
        request.query = path.substr(std::min(question + 1, path.size()));
        if (absolute && request.path.empty()) request.path = "/";
        const bool asterisk = request.path == "*" && request.method == Method::options;
        if (!request.path.starts_with('/') && !asterisk) error = beast_http::error::bad_target;
    }

    void on_field_impl(beast_http::field which, string_view name, string_view value,
                       Error& error) override {
        using beast_http::field;
        switch (which) {
            case field::host:
                if (hosts_++ == 0) request.host = keep(value);
                break;
            case field::authorization:
                if (!request.authorization.empty()) error = beast_http::error::bad_field;
                request.authorization = keep(value);
                break;
            case field::content_type:
                request.content_type = keep(value);
                break;
            case field::content_encoding:
                request.content_encoding = keep(value);
                break;
            case field::if_none_match:
                request.if_none_match = keep(value);
                break;
            case field::cookie:
                request.cookie = keep(value);
                break;
            case field::origin:
                request.origin = keep(value);
                break;
            case field::access_control_request_method:
                request.access_control_request_method = keep(value);
                break;
            case field::forwarded:
                request.forwarded = keep_list(request.forwarded, value);
                break;
            case field::expect:
                expects_continue = lower_case({value.data(), value.size()}) == "100-continue";
                if (!expects_continue) refused_with = 417;
                break;
            case field::transfer_encoding:
                // Any other coding, or one twice, may be read differently by whoever is in front of us.
                if (!boost::beast::iequals(value, "chunked") || transfer_encodings_++ > 0) {
                    error = beast_http::error::bad_transfer_encoding;
                }
                break;
            case field::unknown:
                on_unknown_field(name, value, error);
                break;
            default:
                break;
        }
    }

    void on_unknown_field(string_view name, string_view value, Error& error) {
        const auto is = [&](string_view other) { return boost::beast::iequals(name, other); };
        if (is("Idempotency-Key")) {
            if (request.idempotency_key) error = beast_http::error::bad_field;
            request.idempotency_key = keep(value);
        } else if (is("X-Request-Id")) {
            request.request_id.assign(value.data(), value.size());
        } else if (is("traceparent")) {
            request.traceparent.assign(value.data(), value.size());
        } else if (is("X-Forwarded-For")) {
            request.forwarded_for = keep_list(request.forwarded_for, value);
        }
    }

    void on_header_impl(Error& error) override {
        const bool host_needed = version_ >= 11;
        if (version_ < 11 && transfer_encodings_ > 0) {
            error = beast_http::error::bad_transfer_encoding;
        }
        if (hosts_ > 1 || (host_needed && hosts_ == 0)) error = beast_http::error::bad_field;
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
        // No more at once than what comes with the head: a client must send what it wants memory for.
        if (length) request.body.reserve(std::min<std::size_t>(*length, kFirstBody));
    }
    std::size_t on_body_impl(string_view bytes, Error&) override {
        request.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, Error&) override {
        request.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_finish_impl(Error&) override {}
    void on_response_impl(int, string_view, int, Error&) override {}

    std::array<char, 512> first_kept_;
    std::pmr::monotonic_buffer_resource kept_{first_kept_.data(), first_kept_.size()};
    int hosts_ = 0;
    int transfer_encodings_ = 0;
    int version_ = 11;
};

RequestParser::RequestParser(const RequestLimits& limits)
    : limits_(limits), parser_(std::make_unique<Parser>(limits)) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
    // In its place: one for each request, but no memory for each.
    std::destroy_at(parser_.get());
    std::construct_at(parser_.get(), limits_);
}

std::size_t RequestParser::feed(std::string_view bytes) {
    std::size_t taken = 0;
    Error error;
    // One put() takes a head, or one piece of a body; go on as long as there is progress.
    while (taken < bytes.size() && !parser_->is_done()) {
        const auto rest = bytes.substr(taken);
        const bool in_head = !head_complete();
        // Beast, where it asserts, does so of this half of a last chunk that is alone in its body.
        if (!in_head && parser_->chunked() && rest.size() == 4 && rest.starts_with("0\r\n")) break;
        const std::size_t body_before = parser_->request.body.size();
        const std::size_t put =
            parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
        taken += put;
        if (in_head) parser_->head_bytes += put;
        // What was taken alone: of a head that ends within the next read, the body would be looked at too.
        if (in_head) refuse_folded_lines(rest.substr(0, put));
        if (!in_head) parser_->body_framing += put - (parser_->request.body.size() - body_before);
        if (error && error != beast_http::error::need_more) refuse(error, limits_);
        if (put == 0) break;
        error = {};
    }
    if (head_complete() && parser_->refused_with != 0) {
        throw Problem::status(parser_->refused_with, "Only `Expect: 100-continue` is understood.");
    }
    const std::size_t unread = complete() ? 0 : bytes.size() - taken;
    if (!head_complete() && parser_->head_bytes + unread > limits_.head) {
        refuse(beast_http::error::header_limit, limits_);
    }
    if (parser_->head_bytes > limits_.head) refuse(beast_http::error::header_limit, limits_);
    // A body's chunks may have headers and trailers, but they must not outweigh it.
    const std::size_t framing = parser_->body_framing + (head_complete() ? unread : 0);
    if (framing > kLongestFraming + parser_->request.body.size()) {
        throw Problem::unreadable("The body's chunks are mostly headers or trailers.");
    }
    return taken;
}

bool RequestParser::begun() const { return parser_->got_some(); }
bool RequestParser::head_complete() const { return parser_->is_header_done(); }
bool RequestParser::complete() const { return parser_->is_done(); }
bool RequestParser::expects_continue() const {
    return head_complete() && parser_->expects_continue && parser_->is_1_1();
}
bool RequestParser::keep_alive() const { return parser_->keep_alive() && parser_->is_1_1(); }
Request& RequestParser::request() { return parser_->request; }

}  // namespace stoa::http
