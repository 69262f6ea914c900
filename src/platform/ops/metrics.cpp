#include "platform/ops/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <map>

namespace stoa {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr auto kRelaxed = std::memory_order_relaxed;

/// The sums over all threads for one operation.
struct Total {
    std::array<std::uint64_t, 6> by_status_class{};
    Distribution durations;
};

void set_labels(ClientMetric& metric, const Metrics::Labels& labels) {
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
}

ClientMetric histogram(const Distribution& values, const Metrics::Labels& labels) {
    ClientMetric metric;
    set_labels(metric, labels);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < values.bounds.size(); ++i) {
        below += values.counts[i];
        metric.histogram.bucket.push_back({below, values.bounds[i]});
    }
    below += values.counts.back();
    metric.histogram.bucket.push_back({below, std::numeric_limits<double>::infinity()});
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = values.sum;
    return metric;
}

ClientMetric counter(std::uint64_t value, const Metrics::Labels& labels) {
    ClientMetric metric;
    set_labels(metric, labels);
    metric.counter.value = static_cast<double>(value);
    return metric;
}

/// All samples of a name stand together.
MetricFamily& family_of(std::map<std::string, MetricFamily>& families, const std::string& name,
                        const std::string& help, MetricType type) {
    auto& family = families[name];
    family.name = name;
    family.help = help;
    family.type = type;
    return family;
}

void append(std::vector<MetricFamily>& families, std::map<std::string, MetricFamily>& added) {
    for (auto& [name, family] : added) families.push_back(std::move(family));
}

}  // namespace

void RouteMetrics::count(int status, std::chrono::nanoseconds duration) {
    add_alone(by_status_class_.at(static_cast<std::size_t>(status) / 100), std::uint64_t{1});
    durations_.note(static_cast<double>(duration.count()) / 1e9);
}

RouteMetrics& ThreadMetrics::route(std::string_view service, std::string_view operation) {
    return routes_.emplace_back(service, operation);
}

ThreadMetrics& Metrics::add_thread() { return threads_.emplace_back(); }

void Metrics::add(std::string name, std::string help, Labels labels, std::function<double()> read) {
    numbers_.push_back({std::move(name), std::move(help), std::move(labels), std::move(read)});
}

void Metrics::add_histogram(std::string name, std::string help, Labels labels,
                            std::function<Distribution()> read) {
    histograms_.push_back({std::move(name), std::move(help), std::move(labels), std::move(read)});
}

void Metrics::add_requests(Families& families) const {
    std::map<std::pair<std::string, std::string>, Total> totals;
    const auto sum = [&](const RouteMetrics& route) {
        Total& total = totals[{route.service_, route.operation_}];
        for (std::size_t i = 0; i < total.by_status_class.size(); ++i) {
            total.by_status_class[i] += route.by_status_class_[i].load(kRelaxed);
        }
        total.durations.add(route.durations_.distribution());
    };
    for (const ThreadMetrics& thread : threads_) {
        std::for_each(thread.routes_.begin(), thread.routes_.end(), sum);
        sum(thread.unrouted_);
    }
    MetricFamily requests{"stoa_http_requests_total",
                          "Requests answered, by operation and class of status.",
                          MetricType::Counter,
                          {}};
    MetricFamily durations{"stoa_http_request_duration_seconds",
                           "Time from a request read to its answer made.",
                           MetricType::Histogram,
                           {}};
    for (const auto& [route, total] : totals) {
        const auto& [service, operation] = route;
        const Labels labels{{"service", service}, {"operation", operation}};
        durations.metric.push_back(histogram(total.durations, labels));
        for (std::size_t i = 1; i < total.by_status_class.size(); ++i) {
            if (total.by_status_class[i] == 0) continue;
            Labels with_status = labels;
            with_status.emplace_back("status", std::to_string(i) + "xx");
            requests.metric.push_back(counter(total.by_status_class[i], with_status));
        }
    }
    families.push_back(std::move(requests));
    families.push_back(std::move(durations));
}

void Metrics::add_threads(Families& families) const {
    ClientMetric open;
    for (const ThreadMetrics& thread : threads_) {
        open.gauge.value += static_cast<double>(thread.connections.load(kRelaxed));
    }
    families.push_back(
        {"stoa_http_connections", "Connections open now.", MetricType::Gauge, {open}});
    const auto add_sum = [&](const char* name, const char* help,
                             std::atomic<std::uint64_t> ThreadMetrics::*member) {
        std::uint64_t sum = 0;
        for (const ThreadMetrics& thread : threads_) sum += (thread.*member).load(kRelaxed);
        families.push_back({name, help, MetricType::Counter, {counter(sum, {})}});
    };
    add_sum("stoa_http_connections_total", "Connections served.", &ThreadMetrics::accepted_);
    add_sum("stoa_http_connections_refused_total", "Connections for which there was no room.",
            &ThreadMetrics::turned_away_);
    add_sum("stoa_http_refused_total", "Requests refused for lack of time.",
            &ThreadMetrics::refused_);
    add_sum("stoa_http_unreadable_total", "Requests that could not be read, or came too slowly.",
            &ThreadMetrics::unreadable_);
}

void Metrics::add_caches(Families& families) const {
    std::map<std::string, MetricFamily> added;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> by_service;
    for (const ThreadMetrics& thread : threads_) {
        for (const CacheMetrics& cache : thread.caches_) {
            auto& [hits, misses] = by_service[cache.service];
            hits += cache.hits.load(kRelaxed);
            misses += cache.misses.load(kRelaxed);
        }
    }
    for (const auto& [service, counts] : by_service) {
        const Labels labels{{"service", service}};
        family_of(added, "stoa_cache_hits_total", "Answers told again.", MetricType::Counter)
            .metric.push_back(counter(counts.first, labels));
        family_of(added, "stoa_cache_misses_total",
                  "Answers that might have been told again, but had to be made.",
                  MetricType::Counter)
            .metric.push_back(counter(counts.second, labels));
    }
    append(families, added);
}

void Metrics::add_numbers(Families& families) const {
    std::map<std::string, MetricFamily> added;
    for (const Number& number : numbers_) {
        const bool is_counter = number.name.ends_with("_total");
        auto& family = family_of(added, number.name, number.help,
                                 is_counter ? MetricType::Counter : MetricType::Gauge);
        auto& metric = family.metric.emplace_back();
        set_labels(metric, number.labels);
        (is_counter ? metric.counter.value : metric.gauge.value) = number.read();
    }
    append(families, added);
}

void Metrics::add_histograms(Families& families) const {
    std::map<std::string, MetricFamily> added;
    for (const Values& values : histograms_) {
        family_of(added, values.name, values.help, MetricType::Histogram)
            .metric.push_back(histogram(values.read(), values.labels));
    }
    append(families, added);
}

std::string Metrics::text() const {
    Families families;
    add_requests(families);
    add_threads(families);
    add_caches(families);
    add_histograms(families);
    add_numbers(families);
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace stoa
