#include "platform/ops/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>

namespace stoa {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

/// One writer, so no need of an atomic addition (a locked instruction).
void add(std::atomic<std::uint64_t>& counter, std::uint64_t value) {
    counter.store(counter.load(kRelaxed) + value, kRelaxed);
}

std::string class_label(std::size_t status_class) { return std::to_string(status_class) + "xx"; }

/// The sums over all threads for one route.
struct Total {
    std::array<std::uint64_t, 6> by_status_class{};
    std::array<std::uint64_t, RouteMetrics::bounds.size() + 1> by_duration{};
    std::uint64_t nanoseconds = 0;
};

prometheus::ClientMetric histogram(const Total& total) {
    prometheus::ClientMetric metric;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < RouteMetrics::bounds.size(); ++i) {
        below += total.by_duration[i];
        metric.histogram.bucket.push_back({below, RouteMetrics::bounds[i]});
    }
    below += total.by_duration.back();
    metric.histogram.bucket.push_back({below, std::numeric_limits<double>::infinity()});
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = static_cast<double>(total.nanoseconds) / 1e9;
    return metric;
}

}  // namespace

void RouteMetrics::count(int status, std::chrono::nanoseconds duration) {
    const double seconds = static_cast<double>(duration.count()) / 1e9;
    const auto bucket = static_cast<std::size_t>(
        std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin());
    add(by_status_class_.at(static_cast<std::size_t>(status) / 100), 1);
    add(by_duration_.at(bucket), 1);
    add(nanoseconds_, static_cast<std::uint64_t>(duration.count()));
}

RouteMetrics& ThreadMetrics::route(std::string_view method, std::string_view path) {
    return routes_.emplace_back(method, path);
}

void ThreadMetrics::count_refused() { add(refused_, 1); }

ThreadMetrics& Metrics::add_thread() { return threads_.emplace_back(); }

void Metrics::add_gauge(std::string name, std::string help, std::string label_name,
                        std::string label, std::function<double()> read) {
    gauges_.push_back({std::move(name), std::move(help), std::move(label_name), std::move(label),
                       std::move(read)});
}

void Metrics::add_requests(std::vector<prometheus::MetricFamily>& families) const {
    std::map<std::pair<std::string, std::string>, Total> totals;
    const auto sum = [&](const RouteMetrics& route) {
        Total& total = totals[{route.method_, route.path_}];
        for (std::size_t i = 0; i < total.by_status_class.size(); ++i) {
            total.by_status_class[i] += route.by_status_class_[i].load(kRelaxed);
        }
        for (std::size_t i = 0; i < total.by_duration.size(); ++i) {
            total.by_duration[i] += route.by_duration_[i].load(kRelaxed);
        }
        total.nanoseconds += route.nanoseconds_.load(kRelaxed);
    };
    for (const ThreadMetrics& thread : threads_) {
        std::for_each(thread.routes_.begin(), thread.routes_.end(), sum);
        sum(thread.unrouted_);
    }
    prometheus::MetricFamily requests{
        "stoa_http_requests_total", "Requests answered.", prometheus::MetricType::Counter, {}};
    prometheus::MetricFamily durations{"stoa_http_request_duration_seconds",
                                       "Time from a request read to its answer made.",
                                       prometheus::MetricType::Histogram,
                                       {}};
    for (const auto& [route, total] : totals) {
        const auto& [method, path] = route;
        auto& duration = durations.metric.emplace_back(histogram(total));
        duration.label = {{"method", method}, {"path", path}};
        for (std::size_t i = 1; i < total.by_status_class.size(); ++i) {
            if (total.by_status_class[i] == 0) continue;
            auto& metric = requests.metric.emplace_back();
            metric.label = {{"method", method}, {"path", path}, {"status", class_label(i)}};
            metric.counter.value = static_cast<double>(total.by_status_class[i]);
        }
    }
    families.push_back(std::move(requests));
    families.push_back(std::move(durations));
}

void Metrics::add_gauges(std::vector<prometheus::MetricFamily>& families) const {
    std::map<std::string, prometheus::MetricFamily> by_name;
    for (const Gauge& gauge : gauges_) {
        auto& family = by_name[gauge.name];
        const bool counter = gauge.name.ends_with("_total");
        family.name = gauge.name;
        family.help = gauge.help;
        family.type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
        auto& metric = family.metric.emplace_back();
        if (!gauge.label.empty()) metric.label = {{gauge.label_name, gauge.label}};
        (counter ? metric.counter.value : metric.gauge.value) = gauge.read();
    }
    for (auto& [name, family] : by_name) families.push_back(std::move(family));
}

std::string Metrics::text() const {
    std::vector<prometheus::MetricFamily> families;
    add_requests(families);
    prometheus::ClientMetric open;
    prometheus::ClientMetric refused;
    for (const ThreadMetrics& thread : threads_) {
        open.gauge.value += static_cast<double>(thread.connections.load(kRelaxed));
        refused.counter.value += static_cast<double>(thread.refused_.load(kRelaxed));
    }
    families.push_back(
        {"stoa_http_connections", "Connections open now.", prometheus::MetricType::Gauge, {open}});
    families.push_back({"stoa_http_refused_total",
                        "Requests refused for lack of time.",
                        prometheus::MetricType::Counter,
                        {refused}});
    add_gauges(families);
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace stoa
