#include "platform/http/request_parser.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

/// Requests that a proxy in front may read with another end than we do: whatever follows them would be taken for
/// a request of its own. None of them may be read at all.
namespace stoa::http {
namespace {

/// "read" or "incomplete", or the status of the refusal.
std::string outcome(std::string_view first, std::string_view then = "") {
    RequestParser parser(RequestLimits{});
    std::string unread;
    try {
        for (const std::string_view bytes : {first, then}) {
            unread += bytes;
            std::size_t taken = 1;
            while (taken > 0 && !unread.empty() && !parser.complete()) {
                taken = parser.feed(unread);
                unread.erase(0, taken);
            }
        }
    } catch (const Problem& problem) {
        return std::to_string(problem.status());
    }
    return parser.complete() ? "read" : "incomplete";
}

std::string with(std::string_view lines, std::string_view body = "") {
    return outcome(fmt::format("POST / HTTP/1.1\r\nHost: h\r\n{}\r\n{}", lines, body));
}

constexpr std::string_view kNoChunks = "0\r\n\r\n";

TEST(RequestSmuggling, fails_with_both_a_length_and_chunks) {
    EXPECT_EQ(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", kNoChunks), "400");
    EXPECT_EQ(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", kNoChunks), "400");
}

TEST(RequestSmuggling, fails_with_any_coding_but_chunked_once) {
    for (const std::string_view coding :
         {"identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,",
          ",chunked", "\"chunked\"", "xchunked", "chunked;q=1", "chunked\x0b",
          "\x0b"
          "chunked",
          ""}) {
        EXPECT_EQ(with(fmt::format("Transfer-Encoding: {}\r\n", coding), kNoChunks), "400")
            << coding;
    }
    EXPECT_EQ(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", kNoChunks),
              "400");
    EXPECT_EQ(with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", kNoChunks), "400");
    EXPECT_EQ(with("Transfer-Encoding: Chunked\r\n", kNoChunks), "read");
}

TEST(RequestSmuggling, fails_with_a_length_that_is_no_number) {
    for (const std::string_view length :
         {"", "+5", "-5", "0x5", "5 5", "5.0", "5,6", "5,", ",5", "five", "5;", "\"5\"",
          "18446744073709551616", "99999999999999999999999"}) {
        EXPECT_EQ(with(fmt::format("Content-Length: {}\r\n", length), "12345"), "400") << length;
    }
    EXPECT_EQ(with("Content-Length: 5\r\nContent-Length: 6\r\n", "123456"), "400");
}

TEST(RequestSmuggling, fails_with_a_field_whose_name_is_not_one) {
    EXPECT_EQ(with("Content-Length : 5\r\n", "12345"), "400");
    EXPECT_EQ(with(" Content-Length: 5\r\n", "12345"), "400");
    EXPECT_EQ(with("Content\x01-Length: 5\r\n", "12345"), "400");
    EXPECT_EQ(with(": 5\r\n"), "400");
    EXPECT_EQ(with("Content-Length\r\n"), "400");
}

TEST(RequestSmuggling, fails_with_a_folded_line) {
    EXPECT_EQ(with("X: a\r\n Transfer-Encoding: chunked\r\n"), "400");
    EXPECT_EQ(with("Transfer-Encoding:\r\n chunked\r\n", kNoChunks), "400");
    EXPECT_EQ(with("X: a\r\n\tb\r\n"), "400");
    EXPECT_EQ(outcome("POST / HTTP/1.1\r\n Host: h\r\n\r\n"), "400");
    EXPECT_EQ(with("Content-Length: 2\r\n", " x"), "read") << "only the head has lines";
}

TEST(RequestSmuggling, fails_with_a_folded_line_wherever_the_bytes_are_split) {
    const std::string request =
        "POST / HTTP/1.1\r\nHost: h\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at <= request.size(); ++at) {
        EXPECT_EQ(outcome(request.substr(0, at), request.substr(at)), "400") << at;
    }
}

TEST(RequestSmuggling, fails_with_lines_that_end_otherwise) {
    EXPECT_EQ(outcome("GET / HTTP/1.1\nHost: h\n\n"), "400");
    EXPECT_EQ(outcome("GET / HTTP/1.1\nHost: h\r\n\r\n"), "400");
    EXPECT_EQ(outcome("GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"), "400");
    EXPECT_EQ(outcome("GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"), "400");
}

TEST(RequestSmuggling, fails_with_control_characters_in_a_value) {
    for (const char c : {'\0', '\x01', '\x0b', '\x7F'}) {
        EXPECT_EQ(with(std::string("X: a") + c + "b\r\n"), "400") << static_cast<int>(c);
    }
}

TEST(RequestSmuggling, fails_with_chunks_that_are_not_well_formed) {
    for (const std::string_view chunks :
         {"x\r\n", "-1\r\n", "0x5\r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n", "\r\n",
          "5\r\nhelloX\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
          "10000000000000005\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n", "5\r\nhello\n0\r\n\r\n",
          ";a\r\n"}) {
        EXPECT_NE(with("Transfer-Encoding: chunked\r\n", chunks), "read") << chunks;
    }
}

TEST(RequestSmuggling, fails_with_a_request_line_that_is_not_one) {
    for (const std::string_view line :
         {"GET /", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET / http/1.1",
          "GET / HTTP/1.1 ", "GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1",
          "G(T / HTTP/1.1", "GET\t/ HTTP/1.1", "/ HTTP/1.1"}) {
        EXPECT_EQ(outcome(fmt::format("{}\r\nHost: h\r\n\r\n", line)), "400") << line;
    }
}

TEST(RequestSmuggling, ends_the_connection_with_chunks_in_http_1_0) {
    const std::string_view request =
        "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    RequestParser parser(RequestLimits{});
    try {
        std::size_t taken = parser.feed(request);
        parser.feed(request.substr(taken));
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 400);
        return;
    }
    EXPECT_FALSE(parser.keep_alive()) << "RFC 9112, section 6.1";
}

}  // namespace
}  // namespace stoa::http
