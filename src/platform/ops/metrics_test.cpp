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

constexpr std::string_view kLabels = R"(service="posts",operation="list_posts")";

std::string bucket(std::string_view bound, int count) {
    return fmt::format(R"(stoa_http_request_duration_seconds_bucket{{{},le="{}"}} {})", kLabels,
                       bound, count);
}

std::string requests(std::string_view status, int count) {
    return fmt::format(R"(stoa_http_requests_total{{{},status="{}"}} {})", kLabels, status, count);
}

TEST(Metrics, count_answers_by_operation_and_class_of_status) {
    Metrics metrics;
    RouteMetrics& route = metrics.add_thread().route("posts", "list_posts");
    for (const int status : {200, 201, 404, 409, 422, 503}) route.count(status, 1ms);
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, requests("2xx", 2))) << text;
    EXPECT_TRUE(has(text, requests("4xx", 3))) << text;
    EXPECT_TRUE(has(text, requests("5xx", 1))) << text;
    EXPECT_EQ(text.find("3xx"), std::string::npos) << "what never was is not told";
}

TEST(Metrics, add_the_counts_of_all_threads) {
    Metrics metrics;
    for (int i = 0; i < 3; ++i) {
        ThreadMetrics& thread = metrics.add_thread();
        thread.route("posts", "list_posts").count(200, 1ms);
        thread.unrouted().count(404, 1ms);
        thread.cache("posts").hits = 2;
        thread.connections = i;
        thread.count_connection(i < 2);
    }
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, requests("2xx", 3))) << text;
    EXPECT_TRUE(
        has(text, R"(stoa_http_requests_total{service="",operation="none",status="4xx"} 3)"))
        << text;
    EXPECT_TRUE(has(text, "stoa_http_connections 3")) << text;
    EXPECT_TRUE(has(text, "stoa_http_connections_total 2")) << text;
    EXPECT_TRUE(has(text, "stoa_http_connections_refused_total 1")) << text;
    EXPECT_TRUE(has(text, R"(stoa_cache_hits_total{service="posts"} 6)")) << text;
}

TEST(Metrics, have_a_histogram_whose_buckets_hold_all_that_was_as_fast) {
    Metrics metrics;
    RouteMetrics& route = metrics.add_thread().route("posts", "list_posts");
    route.count(200, 0ns);
    route.count(200, 100us);
    route.count(200, 101us);
    route.count(200, 1s);
    route.count(200, 20s);
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, bucket("0.0001", 2))) << "a bound is in its bucket\n" << text;
    EXPECT_TRUE(has(text, bucket("0.00025", 3))) << text;
    EXPECT_TRUE(has(text, bucket("0.5", 3))) << text;
    EXPECT_TRUE(has(text, bucket("1", 4))) << text;
    EXPECT_TRUE(has(text, bucket("10", 4))) << text;
    EXPECT_TRUE(has(text, bucket("+Inf", 5))) << text;
    const auto of = [](std::string_view suffix) {
        return fmt::format("stoa_http_request_duration_seconds_{}{{{}}} ", suffix, kLabels);
    };
    EXPECT_TRUE(has(text, of("count") + "5")) << text;
    EXPECT_NE(text.find(of("sum") + "21.0002"), std::string::npos) << text;
}

TEST(Metrics, read_numbers_when_they_are_asked_for) {
    Metrics metrics;
    double waiting = 1;
    metrics.add("stoa_waiting", "Writes waiting.", {{"service", "posts"}}, [&] { return waiting; });
    metrics.add("stoa_waiting", "Writes waiting.", {{"service", "votes"}}, [] { return 9.0; });
    metrics.add("stoa_done_total", "Done.", {}, [] { return 4.0; });
    waiting = 7;
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, "# TYPE stoa_waiting gauge")) << text;
    EXPECT_TRUE(has(text, R"(stoa_waiting{service="posts"} 7)")) << text;
    EXPECT_TRUE(has(text, R"(stoa_waiting{service="votes"} 9)")) << text;
    EXPECT_TRUE(has(text, "# TYPE stoa_done_total counter")) << text;
    EXPECT_TRUE(has(text, "stoa_done_total 4")) << text;
}

TEST(Metrics, read_histograms_when_they_are_asked_for) {
    Metrics metrics;
    Histogram sizes(kSizes);
    metrics.add_histogram("stoa_size", "How many.", {{"service", "posts"}},
                          [&] { return sizes.distribution(); });
    for (const double size : {1, 3, 5'000}) sizes.note(size);
    const std::string text = metrics.text();
    EXPECT_TRUE(has(text, "# TYPE stoa_size histogram")) << text;
    EXPECT_TRUE(has(text, R"(stoa_size_bucket{service="posts",le="1"} 1)")) << text;
    EXPECT_TRUE(has(text, R"(stoa_size_bucket{service="posts",le="4"} 2)")) << text;
    EXPECT_TRUE(has(text, R"(stoa_size_bucket{service="posts",le="+Inf"} 3)")) << text;
    EXPECT_TRUE(has(text, R"(stoa_size_sum{service="posts"} 5004)")) << text;
}

}  // namespace
}  // namespace stoa
