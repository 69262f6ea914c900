#include "platform/ops/metrics.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stoa {
namespace {

using namespace std::chrono_literals;

/// Whether the text has this line.
bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string bucket(std::string_view bound, int count) {
    return fmt::format(
        R"(stoa_http_request_duration_seconds_bucket{{method="GET",path="/posts",le="{}"}} {})",
        bound, count);
}

TEST(Metrics, count_answers_by_route_and_class_of_status) {
    Metrics metrics;
    RouteMetrics& route = metrics.add_thread().route("GET", "/posts");
    for (const int status : {200, 201, 404, 409, 422, 503}) route.count(status, 1ms);
    const std::string text = metrics.text();
    const auto line = [](std::string_view status, int count) {
        return fmt::format(
            R"(stoa_http_requests_total{{method="GET",path="/posts",status="{}"}} {})", status,
            count);
    };
    EXPECT_TRUE(has(text, line("2xx", 2))) << text;
    EXPECT_TRUE(has(text, line("4xx", 3))) << text;
    EXPECT_TRUE(has(text, line("5xx", 1))) << text;
    EXPECT_EQ(text.find("3xx"), std::string::npos) << "what never was is not told";
}

TEST(Metrics, add_the_counts_of_all_threads) {
    Metrics metrics;
    for (int i = 0; i < 3; ++i) {
        ThreadMetrics& thread = metrics.add_thread();
        thread.route("GET", "/posts").count(200, 1ms);
        thread.unrouted().count(404, 1ms);
        thread.connections = i;
    }
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, R"(stoa_http_requests_total{method="GET",path="/posts",status="2xx"} 3)"))
        << text;
    EXPECT_TRUE(has(text, R"x(stoa_http_requests_total{method="",path="(none)",status="4xx"} 3)x"))
        << text;
    EXPECT_TRUE(has(text, "stoa_http_connections 3")) << text;
}

TEST(Metrics, have_a_histogram_whose_buckets_hold_all_that_was_as_fast) {
    Metrics metrics;
    RouteMetrics& route = metrics.add_thread().route("GET", "/posts");
    route.count(200, 0ns);
    route.count(200, 100us);
    route.count(200, 101us);
    route.count(200, 1s);
    route.count(200, 2s);
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, bucket("0.0001", 2))) << "a bound is in its bucket\n" << text;
    EXPECT_TRUE(has(text, bucket("0.00025", 3))) << text;
    EXPECT_TRUE(has(text, bucket("0.5", 3))) << text;
    EXPECT_TRUE(has(text, bucket("1", 4))) << text;
    EXPECT_TRUE(has(text, bucket("+Inf", 5))) << text;
    EXPECT_TRUE(
        has(text, R"(stoa_http_request_duration_seconds_count{method="GET",path="/posts"} 5)"))
        << text;
    EXPECT_NE(text.find(R"(_sum{method="GET",path="/posts"} 3.0002)"), std::string::npos) << text;
}

TEST(Metrics, read_gauges_when_they_are_asked_for) {
    Metrics metrics;
    double waiting = 1;
    metrics.add_gauge("stoa_waiting", "Writes waiting.", "service", "posts",
                      [&] { return waiting; });
    metrics.add_gauge("stoa_waiting", "Writes waiting.", "service", "votes", [] { return 9.0; });
    metrics.add_gauge("stoa_done_total", "Done.", "", "", [] { return 4.0; });
    waiting = 7;
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, "# TYPE stoa_waiting gauge")) << text;
    EXPECT_TRUE(has(text, R"(stoa_waiting{service="posts"} 7)")) << text;
    EXPECT_TRUE(has(text, R"(stoa_waiting{service="votes"} 9)")) << text;
    EXPECT_TRUE(has(text, "# TYPE stoa_done_total counter")) << text;
    EXPECT_TRUE(has(text, "stoa_done_total 4")) << text;
}

}  // namespace
}  // namespace stoa
