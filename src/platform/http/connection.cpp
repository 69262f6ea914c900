#include "platform/http/connection.hpp"

#include "platform/http/answer.hpp"
#include "platform/http/problem_answer.hpp"
#include "platform/http/span_exporter.hpp"
#include "platform/http/trace.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace stoa::http {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFirstBuffer = 4 << 10;
constexpr std::size_t kSendAt =
    64 << 10;  // answers to pipelined requests go out in pieces of about this
constexpr std::size_t kLingerBytes = 32 << 20;
constexpr auto kLingerTime = 3s;
constexpr auto kLastLook =
    1s;  // where nothing was refused: for a request that is under way just now
constexpr std::size_t kMostBodyBytes = 128 << 20;  // of one thread's connections
constexpr std::size_t kSmallBody = 64 << 10;

/// An answer is data: no browser is to guess its type, tell where it came from, or hand it to another site's page (OWASP REST
/// Security Cheat Sheet). By default it is not to be run or framed either: Response::content_security_policy.
constexpr std::string_view kSecurityFields =
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";
constexpr std::string_view kSecurityFieldsOfOneOrigin =
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

const Problem kTooMuch =
    Problem::unavailable("More is asked for than can be answered; try again shortly.", 1s);

std::int64_t ticks(std::chrono::milliseconds time) { return time / kTick + 1; }

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

Connection::Connection(Socket socket, ConnectionContext& context)
    : socket_(std::move(socket)),
      context_(context),
      parser_(context.options.request),
      is_late_(context.draining) {
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto endpoint = socket_.remote_endpoint(ignored);
    peer_ = endpoint.address().to_string();
    in_.resize(kFirstBuffer);
    enter(Phase::head);
    phase_ = Phase::idle;  // a new connection must speak as soon as one that has begun to
}

Connection::~Connection() { context_.body_bytes -= body_bytes_; }

/// Bodies are held in memory until they are answered; many large ones at once must not take all of it.
void Connection::hold_body(std::size_t bytes) {
    context_.body_bytes += bytes - std::exchange(body_bytes_, bytes);
    if (context_.body_bytes > kMostBodyBytes && bytes > kSmallBody) {
        throw Problem::unavailable("Too many large bodies are being sent; try again shortly.", 1s);
    }
}

void Connection::enter(Phase phase) {
    if (phase == phase_) return;
    phase_ = phase;
    const ServerOptions& options = context_.options;
    const auto limit = [&]() -> std::chrono::milliseconds {
        switch (phase) {
            case Phase::idle:
                return options.idle_timeout;
            case Phase::head:
                return options.head_timeout;
            case Phase::body:
                return options.body_timeout;
            case Phase::sending:
                return options.write_timeout;
            case Phase::closing:
                return refused_ ? kLingerTime : kLastLook;
            case Phase::answering:
                break;
        }
        return 24h;  // what answers has limits of its own
    };
    deadline_ = context_.tick + ticks(limit());
}

void Connection::check_time() {
    const bool in_the_way = (context_.draining && phase_ == Phase::idle && !is_late_) ||
                            context_.tick >= context_.close_at;
    if (phase_ == Phase::answering || (context_.tick < deadline_ && !in_the_way)) return;
    timed_out_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

Task<> Connection::serve() {
    while (keep_alive_) {
        try {
            const bool read = co_await read_request();
            if (!read) break;
        } catch (const Problem& problem) {
            append_problem(problem);
            break;
        }
        co_await answer_request();
        const bool more_waits = in_begin_ < in_end_;
        if (keep_alive_ && more_waits && out_.size() < kSendAt) continue;
        const bool sent = co_await send();
        if (!sent) co_return;
    }
    const bool sent = co_await send();
    const bool more_may_come = refused_ || in_begin_ < in_end_ || context_.draining;
    if (sent && more_may_come) co_await linger();
}

Task<> Connection::turn_away() {
    append_problem(Problem::unavailable("Too many connections are open; try again shortly.", 1s));
    const bool sent = co_await send();
    if (sent) co_await linger();
}

/// False when the client is done, or too slow before it began.
Task<bool> Connection::read_request() {
    parser_.reset();
    hold_body(0);
    bool told_to_continue = false;
    while (true) {
        if (in_begin_ < in_end_) {
            in_begin_ += parser_.feed(std::string_view(in_).substr(in_begin_, in_end_ - in_begin_));
            hold_body(parser_.request().body.size());
            if (parser_.complete()) co_return true;
        }
        if (parser_.expects_continue() && !std::exchange(told_to_continue, true)) {
            out_ += "HTTP/1.1 100 Continue\r\n\r\n";
        }
        const bool sent = co_await send();
        if (!sent) co_return false;
        const bool begun = in_begin_ < in_end_ || parser_.begun();
        enter(parser_.head_complete() ? Phase::body : begun ? Phase::head : Phase::idle);
        const bool more = co_await read_more();
        if (more) continue;
        if (!timed_out_ || phase_ == Phase::idle) co_return false;
        throw Problem::status(408, "The request did not come in time.");
    }
}

Task<bool> Connection::read_more() {
    if (in_begin_ == in_end_) {
        in_begin_ = in_end_ = 0;
    } else if (in_end_ == in_.size()) {
        // What is left is the beginning of a head or of a chunk's, which the parser takes whole and bounds.
        in_.erase(0, in_begin_);
        in_end_ -= std::exchange(in_begin_, 0);
        in_.resize(std::max(in_end_ * 2, kFirstBuffer));
    }
    const auto free = asio::buffer(in_.data() + in_end_, in_.size() - in_end_);
    const Outcome outcome =
        co_await Operation{[&](auto done) { socket_.async_read_some(free, std::move(done)); }};
    in_end_ += outcome.bytes;
    co_return !outcome.error;
}

Task<> Connection::answer_request() {
    enter(Phase::answering);
    Request& request = parser_.request();
    request.peer = peer_;
    take_over_or_make_trace(request, context_.options.trace_ratio);
    const auto start = std::chrono::steady_clock::now();
    Response response;
    if (is_too_much(request)) {
        response = refusal(request);
    } else {
        response = co_await context_.application.handle(request);
    }
    if (response.status == 503 && request.path.starts_with(kBase)) {
        request.body = std::string();  // it is not held for what may take a while
        hold_body(0);
        co_await context_.refusals.turn();
    }
    keep_alive_ = parser_.keep_alive() && !context_.draining;
    append(response, request.method == Method::head, keep_alive_);
    const auto time = std::chrono::steady_clock::now() - start;
    context_.access_log.add(request, response, time);
    SpanExporter* const spans = context_.options.spans;
    if (spans && is_sampled(request)) spans->add(Span::of(request, response, time));
}

/// Who watches a process gets an answer always, and so does a browser that asks whether it may ask: it would tell its page
/// nothing of a refusal.
bool Connection::is_too_much(const Request& request) const {
    if (!context_.loop.is_overloaded() || request.method == Method::options) return false;
    return request.path != kJwksPath &&
           std::find(kProbePaths.begin(), kProbePaths.end(), request.path) == kProbePaths.end();
}

/// No exception is thrown: this is to cost least when there is least time.
Response Connection::refusal(const Request& request) {
    context_.metrics.count_refused();
    Response response = answer(kTooMuch, request.path);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

void Connection::append(const Response& response, bool head_only, bool keep_alive) {
    const Request& request = parser_.request();
    const bool has_body = response.status != 304 && !response.body.empty();
    out_ += "HTTP/1.1 ";
    append_number(out_, static_cast<std::uint64_t>(response.status));
    out_ += ' ';
    out_ += reason(response.status);
    out_ += "\r\n";
    if (has_body) append_field(out_, "Content-Type", response.content_type);
    if (response.status != 304) {
        out_ += "Content-Length: ";
        append_number(out_, response.body.size());
        out_ += "\r\n";
    }
    for (const auto& [name, value] : response.headers) append_field(out_, name, value);
    out_ += context_.options.cors_origins.empty() ? kSecurityFieldsOfOneOrigin : kSecurityFields;
    append_field(out_, "Content-Security-Policy", response.content_security_policy);
    append_field(out_, "Date", context_.date);
    if (!request.request_id.empty()) append_field(out_, "X-Request-Id", request.request_id);
    if (!request.traceparent.empty()) append_field(out_, "traceparent", request.traceparent);
    append_cors(request.origin);
    if (!keep_alive) append_field(out_, "Connection", "close");
    out_ += "\r\n";
    if (has_body && !head_only) out_ += response.body;
}

/// Lets pages from the configured origins read answers (the Fetch standard's CORS protocol).
void Connection::append_cors(std::string_view origin) {
    const auto& origins = context_.options.cors_origins;
    if (origins.empty()) return;
    append_field(out_, "Vary", "Origin");
    const bool allowed =
        !origin.empty() && std::any_of(origins.begin(), origins.end(),
                                       [&](const auto& o) { return o == "*" || o == origin; });
    if (!allowed) return;
    append_field(out_, "Access-Control-Allow-Origin", origin);
    append_field(
        out_, "Access-Control-Expose-Headers",
        "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, X-Request-Id, "
        "Idempotency-Replayed");
    if (parser_.request().access_control_request_method.empty()) return;
    append_field(out_, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    append_field(
        out_, "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id, traceparent, "
        "tracestate");
    append_field(out_, "Access-Control-Max-Age", "600");
}

void Connection::append_problem(const Problem& problem) {
    Request& request = parser_.request();
    request.peer = peer_;
    take_over_or_make_trace(request);
    Response response = answer(problem, request.path);
    response.headers.emplace_back("Cache-Control", "no-store");
    keep_alive_ = false;
    refused_ = true;
    append(response, request.method == Method::head, false);
    context_.metrics.count_unreadable();
    context_.access_log.add(request, response, {});
}

Task<bool> Connection::send() {
    if (out_.empty()) co_return true;
    enter(Phase::sending);
    timed_out_ = false;
    const Outcome outcome = co_await Operation{
        [&](auto done) { asio::async_write(socket_, asio::buffer(out_), std::move(done)); }};
    out_.clear();
    if (out_.capacity() > 2 * kSendAt) out_.shrink_to_fit();
    co_return !outcome.error;
}

Task<> Connection::linger() {
    enter(Phase::closing);
    timed_out_ = false;
    boost::system::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    for (std::size_t read = 0; read < kLingerBytes && !timed_out_;) {
        const Outcome outcome = co_await Operation{
            [&](auto done) { socket_.async_read_some(asio::buffer(in_), std::move(done)); }};
        if (outcome.error) break;
        read += outcome.bytes;
    }
}

}  // namespace stoa::http
