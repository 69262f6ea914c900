#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace stoa {

/// Counts of one route on one thread. Written by that thread alone, read by whoever asks.
class RouteMetrics {
  public:
    /// Upper bounds of the latency histogram, in seconds.
    static constexpr std::array<double, 12> bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                   0.01,   0.025,   0.05,   0.1,   0.5,    1.0};

    RouteMetrics(std::string_view method, std::string_view path) : method_(method), path_(path) {}

    void count(int status, std::chrono::nanoseconds duration);

  private:
    friend class Metrics;
    using Counter = std::atomic<std::uint64_t>;

    std::string method_;
    std::string path_;
    std::array<Counter, 6> by_status_class_{};              ///< [2]: answers with 2xx, …
    std::array<Counter, bounds.size() + 1> by_duration_{};  ///< the last: slower than all bounds
    Counter nanoseconds_{};
};

/// The counts of one I/O thread.
class ThreadMetrics {
  public:
    /// The counts of a route, made when first asked for; to be asked for before requests are served.
    RouteMetrics& route(std::string_view method, std::string_view path);
    /// Of requests that no route answers.
    RouteMetrics& unrouted() { return unrouted_; }
    /// Counts a request that was refused before it came to any route, because there was no time for it.
    void count_refused();

    std::atomic<std::int64_t> connections = 0;  ///< open now

  private:
    friend class Metrics;
    std::atomic<std::uint64_t> refused_ = 0;
    std::deque<RouteMetrics> routes_;
    RouteMetrics unrouted_{"", "(none)"};
};

/// All that the process counts, in the Prometheus text format.
class Metrics {
  public:
    /// Counts for one more I/O thread. Call it before the threads run.
    ThreadMetrics& add_thread();

    /// A number that is read when metrics are asked for.
    void add_gauge(std::string name, std::string help, std::string label_name, std::string label,
                   std::function<double()> read);

    std::string text() const;

  private:
    struct Gauge {
        std::string name, help, label_name, label;
        std::function<double()> read;
    };
    void add_requests(std::vector<prometheus::MetricFamily>& families) const;
    void add_gauges(std::vector<prometheus::MetricFamily>& families) const;

    std::deque<ThreadMetrics> threads_;
    std::vector<Gauge> gauges_;
};

}  // namespace stoa
