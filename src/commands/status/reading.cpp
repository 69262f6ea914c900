#include "commands/status/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

namespace stoa::status {

namespace {

bool fits(const Sample& sample, std::string_view name, const Reading::Labels& labels) {
    return sample.name == name && std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
               return sample.label(label.first) == label.second;
           });
}

double start_of(const std::vector<Sample>& process) {
    const auto start = std::find_if(process.begin(), process.end(), [](const Sample& sample) {
        return sample.name == "process_start_time_seconds";
    });
    return start == process.end() ? 0 : start->value;
}

bool is_same_run(const std::vector<Sample>& before, const std::vector<Sample>& after) {
    return start_of(before) == start_of(after);
}

}  // namespace

void Reading::add(std::vector<Sample> samples) {
    samples_.insert(samples_.end(), std::make_move_iterator(samples.begin()),
                    std::make_move_iterator(samples.end()));
}

double Reading::sum(std::string_view name, const Labels& labels) const {
    double sum = 0;
    for (const Sample& sample : samples_) {
        if (fits(sample, name, labels)) sum += sample.value;
    }
    return sum;
}

double Reading::largest(std::string_view name) const {
    double largest = 0;
    for (const Sample& sample : samples_) {
        if (sample.name == name) largest = std::max(largest, sample.value);
    }
    return largest;
}

bool Reading::has(std::string_view name, const Labels& labels) const {
    return std::any_of(samples_.begin(), samples_.end(),
                       [&](const Sample& sample) { return fits(sample, name, labels); });
}

std::map<double, double> Reading::buckets(std::string_view histogram, const Labels& labels) const {
    const std::string name = fmt::format("{}_bucket", histogram);
    std::map<double, double> buckets;
    for (const Sample& sample : samples_) {
        if (!fits(sample, name, labels)) continue;
        buckets[std::strtod(std::string(sample.label("le")).c_str(), nullptr)] += sample.value;
    }
    return buckets;
}

bool is_any_up(const Site& site) {
    return std::any_of(site.begin(), site.end(),
                       [](const Process& process) { return process.told.has_value(); });
}

Change::Change(const Site& before, const Site& after, double seconds)
    : processes_(after), seconds_(seconds) {
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (!after[i].told) continue;
        after_.add(*after[i].told);
        const auto& earlier = before[i].told;
        before_.add(earlier && is_same_run(*earlier, *after[i].told) ? *earlier : *after[i].told);
    }
}

double Change::rate(std::string_view counter, const Reading::Labels& labels) const {
    return std::max(0.0, after_.sum(counter, labels) - before_.sum(counter, labels)) / seconds_;
}

double Change::quantile(double part, std::string_view histogram,
                        const Reading::Labels& labels) const {
    auto buckets = after_.buckets(histogram, labels);
    for (const auto& [bound, count] : before_.buckets(histogram, labels)) buckets[bound] -= count;
    if (buckets.empty() || buckets.rbegin()->second <= 0) return -1;
    const double wanted = part * buckets.rbegin()->second;
    double lower = 0;
    double below = 0;
    for (const auto& [bound, count] : buckets) {
        if (count >= wanted && count > below) {
            if (std::isinf(bound)) return lower;
            return lower + (bound - lower) * (wanted - below) / (count - below);
        }
        lower = bound;
        below = count;
    }
    return lower;
}

}  // namespace stoa::status
