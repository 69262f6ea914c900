#pragma once

#include "platform/ops/histogram.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace stoa {

/// Counts of one operation on one thread. Written by that thread alone, read by whoever asks.
class RouteMetrics {
  public:
    /// `service` is empty for what every process answers beside its services.
    RouteMetrics(std::string_view service, std::string_view operation)
        : service_(service), operation_(operation) {}

    void count(int status, std::chrono::nanoseconds duration);

  private:
    friend class Metrics;

    std::string service_;
    std::string operation_;
    std::array<std::atomic<std::uint64_t>, 6> by_status_class_{};  ///< [2]: answers with 2xx, …
    Histogram durations_{kDurations};
};

/// Counts of one thread's answers of one service that are told again. Written by that thread alone.
struct CacheMetrics {
    explicit CacheMetrics(std::string_view of) : service(of) {}
    const std::string service;
    std::atomic<std::uint64_t> hits = 0;
    std::atomic<std::uint64_t> misses = 0;
};

/// The counts of one I/O thread.
class ThreadMetrics {
  public:
    /// The counts of an operation, made when first asked for; to be asked for before requests are served.
    RouteMetrics& route(std::string_view service, std::string_view operation);
    /// Of requests that no operation answers.
    RouteMetrics& unrouted() { return unrouted_; }
    /// Likewise of a service's cache.
    CacheMetrics& cache(std::string_view service) { return caches_.emplace_back(service); }

    /// Counts a request that was refused before it came to any operation, because there was no time for it.
    void count_refused() { add_alone(refused_, std::uint64_t{1}); }
    /// Counts one that could not be read.
    void count_unreadable() { add_alone(unreadable_, std::uint64_t{1}); }
    /// Counts a connection, and whether there was room for it.
    void count_connection(bool there_was_room) {
        add_alone(there_was_room ? accepted_ : turned_away_, std::uint64_t{1});
    }

    std::atomic<std::int64_t> connections = 0;  ///< open now

  private:
    friend class Metrics;
    std::atomic<std::uint64_t> refused_ = 0;
    std::atomic<std::uint64_t> unreadable_ = 0;
    std::atomic<std::uint64_t> accepted_ = 0;
    std::atomic<std::uint64_t> turned_away_ = 0;
    std::deque<RouteMetrics> routes_;
    std::deque<CacheMetrics> caches_;
    RouteMetrics unrouted_{"", "none"};
};

/// All that the process counts, in the Prometheus text format. How many series there are is known when the process has started: no
/// label has a value that comes from a request. docs/metrics.md names all of them.
class Metrics {
  public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    /// Counts for one more I/O thread. Call it before the threads run.
    ThreadMetrics& add_thread();

    /// A number that is read when metrics are asked for, by any thread: a counter if its name ends with `_total`, else a gauge. To be added
    /// before the threads run.
    void add(std::string name, std::string help, Labels labels, std::function<double()> read);
    void add_histogram(std::string name, std::string help, Labels labels,
                       std::function<Distribution()> read);

    std::string text() const;

  private:
    struct Number {
        std::string name, help;
        Labels labels;
        std::function<double()> read;
    };
    struct Values {
        std::string name, help;
        Labels labels;
        std::function<Distribution()> read;
    };
    using Families = std::vector<prometheus::MetricFamily>;
    void add_requests(Families& families) const;
    void add_threads(Families& families) const;
    void add_caches(Families& families) const;
    void add_numbers(Families& families) const;
    void add_histograms(Families& families) const;

    std::deque<ThreadMetrics> threads_;
    std::vector<Number> numbers_;
    std::vector<Values> histograms_;
};

}  // namespace stoa
