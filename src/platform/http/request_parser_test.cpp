#include "platform/http/request_parser.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stoa::http {
namespace {

constexpr RequestLimits kLimits{.head = 400, .body = 20};

const std::string kGet =
    "GET /posts/7?a=1&b=%20 HTTP/1.1\r\nHost: example.org\r\nAuthorization: Bearer x\r\n"
    "If-None-Match: \"t\"\r\nX-Request-Id: r1\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n";
const std::string kPost =
    "POST /posts HTTP/1.1\r\nHost: example.org\r\nContent-Type: application/json\r\n"
    "Idempotency-Key: k 1\r\nContent-Length: 9\r\n\r\n{\n \"a\":1}";
const std::string kChunked =
    "PATCH /posts/7 HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;name=value\r\n{\"a\":\r\n00003\r\n 1}\r\n0\r\nX-Trailer: y\r\n\r\n";

/// Offers bytes to a parser as a connection does: what it does not take is offered again with what follows.
class Wire {
  public:
    explicit Wire(const RequestLimits& limits = kLimits) : parser_(limits) {}

    void arrive(std::string_view bytes) {
        unread_ += bytes;
        std::size_t taken = 1;
        while (taken > 0 && !unread_.empty() && !parser_.complete()) {
            taken = parser_.feed(unread_);
            unread_.erase(0, taken);
        }
    }
    RequestParser& parser() { return parser_; }
    const std::string& unread() const { return unread_; }

    /// All that was read, in a line.
    std::string read() {
        if (!parser_.complete()) return "incomplete";
        const Request& r = parser_.request();
        return fmt::format(
            "{} {} ?{} host={} auth={} type={} match={} cookie={} key={} for={} id={} body={}",
            name_of(r.method), r.path, r.query, r.host, r.authorization,
            r.content_type.value_or("-"), r.if_none_match, r.cookie,
            r.idempotency_key.value_or("-"), r.forwarded_for, r.request_id, r.body);
    }

  private:
    RequestParser parser_;
    std::string unread_;
};

/// What comes of a request: what was read, or the status of the refusal.
std::string read(std::string_view bytes) {
    Wire wire;
    try {
        wire.arrive(bytes);
    } catch (const Problem& problem) {
        return std::to_string(problem.status());
    }
    return wire.read();
}

/// The same for a request with these lines in its head, each with its end, and this body.
std::string read_with(std::string_view lines, std::string_view body = "") {
    return read(fmt::format("POST / HTTP/1.1\r\nHost: h\r\n{}\r\n{}", lines, body));
}

std::string chunked(std::string_view body) {
    return read_with("Transfer-Encoding: chunked\r\n", body);
}

TEST(RequestParser, reads_what_a_request_says) {
    EXPECT_EQ(
        read(kGet),
        "GET /posts/7 ?a=1&b=%20 host=example.org auth=Bearer x type=- match=\"t\" cookie= key=- "
        "for=10.0.0.1 id=r1 body=");
    EXPECT_EQ(read(kPost),
              "POST /posts ? host=example.org auth= type=application/json match= cookie= key=k 1 "
              "for= id= "
              "body={\n \"a\":1}");
    EXPECT_EQ(read(kChunked),
              "PATCH /posts/7 ? host=example.org auth= type=- match= cookie= key=- for= id= "
              "body={\"a\": 1}");
}

TEST(RequestParser, reads_the_same_wherever_the_bytes_are_split) {
    for (const std::string& request : {kGet, kPost, kChunked}) {
        const std::string whole = read(request);
        for (std::size_t at = 0; at <= request.size(); ++at) {
            Wire wire;
            wire.arrive(request.substr(0, at));
            ASSERT_EQ(wire.parser().complete(), at == request.size()) << at;
            wire.arrive(request.substr(at));
            ASSERT_EQ(wire.read(), whole) << "split at byte " << at;
        }
    }
}

TEST(RequestParser, reads_the_same_byte_by_byte) {
    for (const std::string& request : {kGet, kPost, kChunked}) {
        Wire wire;
        for (const char byte : request) wire.arrive({&byte, 1});
        EXPECT_EQ(wire.read(), read(request));
    }
}

TEST(RequestParser, leaves_what_follows_to_the_next_request) {
    Wire wire;
    wire.arrive(kPost + kChunked + kGet);
    EXPECT_EQ(wire.read(), read(kPost));
    for (const std::string& request : {kChunked, kGet}) {
        wire.parser().reset();
        wire.arrive("");
        EXPECT_EQ(wire.read(), read(request));
    }
    EXPECT_EQ(wire.unread(), "");
}

TEST(RequestParser, keeps_what_it_read_when_the_bytes_are_gone) {
    std::string bytes = kGet;
    RequestParser parser(kLimits);
    parser.feed(bytes);
    bytes.assign(bytes.size(), '#');
    EXPECT_EQ(parser.request().path, "/posts/7");
    EXPECT_EQ(parser.request().forwarded_for, "10.0.0.1");
}

TEST(RequestParser, forgets_a_request_when_it_is_reset) {
    Wire wire;
    wire.arrive(kPost);
    wire.parser().reset();
    EXPECT_FALSE(wire.parser().head_complete());
    EXPECT_FALSE(wire.parser().request().content_type);
    EXPECT_EQ(wire.parser().request().body, "");
}

TEST(RequestParser, takes_the_absolute_form) {
    const auto path_of = [](std::string_view target) {
        const std::string all = read(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target));
        return all.substr(0, all.find(" host="));
    };
    EXPECT_EQ(path_of("http://example.org/a/b?c=1"), "GET /a/b ?c=1");
    EXPECT_EQ(path_of("https://example.org:8443/"), "GET / ?");
    EXPECT_EQ(path_of("http://example.org"), "GET / ?");
    EXPECT_EQ(path_of("http://example.org?c=1"), "GET / ?c=1");
    EXPECT_EQ(path_of("/a?b?c"), "GET /a ?b?c");
    EXPECT_EQ(path_of("/a?"), "GET /a ?");
}

TEST(RequestParser, takes_the_asterisk_of_options_alone) {
    EXPECT_TRUE(read("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("OPTIONS * "));
    EXPECT_EQ(read("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
}

TEST(RequestParser, refuses_a_target_that_is_no_path) {
    for (const std::string_view target : {"posts", "ftp://h/", "example.org:80", "/a b", "/\x01",
                                          "/\x7F", "/n\xC3\xA9", "?a=1", ""}) {
        EXPECT_EQ(read(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target)), "400") << target;
    }
}

TEST(RequestParser, knows_methods_it_has_no_use_for) {
    EXPECT_TRUE(read("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("OTHER / "));
    EXPECT_TRUE(read("FROB / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("OTHER / "));
}

TEST(RequestParser, needs_one_host_in_http_1_1) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\n\r\n"), "400");
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400");
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "400");
    EXPECT_TRUE(read("GET / HTTP/1.0\r\n\r\n").starts_with("GET / "));
}

TEST(RequestParser, refuses_a_head_beyond_its_limit_before_and_after_it_ends) {
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    const std::string fits = start + std::string(kLimits.head - start.size() - 4, 'x') + "\r\n\r\n";
    EXPECT_EQ(fits.size(), kLimits.head);
    EXPECT_NE(read(fits), "431");
    EXPECT_EQ(read(start + 'x' + fits.substr(start.size())), "431");
    EXPECT_EQ(read(start + std::string(kLimits.head, 'x')), "431");
    EXPECT_EQ(read(std::string(kLimits.head + 1, 'G')).substr(0, 1), "4");
}

TEST(RequestParser, does_not_count_a_body_as_part_of_the_head) {
    const RequestLimits limits{.head = 100, .body = 10'000};
    Wire wire(limits);
    wire.arrive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n" +
                std::string(9'000, 'x'));
    ASSERT_TRUE(wire.parser().complete());
    EXPECT_EQ(wire.parser().request().body.size(), 9'000U);
}

TEST(RequestParser, refuses_a_body_beyond_its_limit_as_soon_as_it_is_known) {
    const std::string twenty(20, 'x');
    EXPECT_TRUE(read_with("Content-Length: 20\r\n", twenty).ends_with("body=" + twenty));
    EXPECT_EQ(read_with("Content-Length: 21\r\n"), "413");
    EXPECT_EQ(read_with("Content-Length: 9223372036854775807\r\n"), "413");
    EXPECT_TRUE(chunked("14\r\n" + twenty + "\r\n0\r\n\r\n").ends_with("body=" + twenty));
    EXPECT_EQ(chunked("15\r\n"), "413");
    EXPECT_EQ(chunked("14\r\n" + twenty + "\r\n1\r\nx\r\n0\r\n\r\n"), "413");
    EXPECT_EQ(chunked("FFFFFFFFFFFFFFF0\r\n"), "413");
}

TEST(RequestParser, says_whether_the_client_waits_to_be_told_to_go_on) {
    Wire wire;
    wire.arrive("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_TRUE(wire.parser().head_complete());
    EXPECT_TRUE(wire.parser().expects_continue());
    EXPECT_FALSE(wire.parser().complete());
    EXPECT_EQ(read_with("Expect: something else\r\n"), "417");
}

TEST(RequestParser, says_whether_another_request_may_follow) {
    const auto may_follow = [](std::string_view version, std::string_view line) {
        Wire wire;
        wire.arrive(fmt::format("GET / HTTP/{}\r\nHost: h\r\n{}\r\n", version, line));
        return wire.parser().keep_alive();
    };
    EXPECT_TRUE(may_follow("1.1", ""));
    EXPECT_FALSE(may_follow("1.1", "Connection: close\r\n"));
    EXPECT_FALSE(may_follow("1.1", "Connection: x, Close\r\n"));
    EXPECT_FALSE(may_follow("1.0", ""));
    EXPECT_FALSE(may_follow("1.0", "Connection: keep-alive\r\n"));
}

}  // namespace
}  // namespace stoa::http
