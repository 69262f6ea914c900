#pragma once

#include "platform/ops/exposition.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoa::status {

/// What processes told of themselves at one moment, taken together.
class Reading {
  public:
    using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

    /// Adds what one process told.
    void add(std::vector<Sample> samples);

    /// The sum of all numbers of this name that have these labels.
    double sum(std::string_view name, const Labels& labels = {}) const;
    /// The largest of them; 0 if there is none.
    double largest(std::string_view name) const;
    bool has(std::string_view name, const Labels& labels = {}) const;

    /// How often a value up to each bound was counted, of a histogram.
    std::map<double, double> buckets(std::string_view histogram, const Labels& labels = {}) const;

    const std::vector<Sample>& samples() const { return samples_; }

  private:
    std::vector<Sample> samples_;
};

/// What one process told; nothing: it did not answer.
struct Process {
    std::string url;
    std::optional<std::vector<Sample>> told;
};

/// All processes that are asked, in the order in which they were named.
using Site = std::vector<Process>;

bool is_any_up(const Site& site);

/// What has come between two moments. Of a process that has begun anew or did not answer, nothing.
class Change {
  public:
    Change(const Site& before, const Site& after, double seconds);

    /// How often a second.
    double rate(std::string_view counter, const Reading::Labels& labels = {}) const;

    /// The value below which this part of those lies that have come: estimated as Prometheus does, within a bucket by a straight line.
    /// Below 0: none has come.
    double quantile(double part, std::string_view histogram,
                    const Reading::Labels& labels = {}) const;

    const Reading& now() const { return after_; }
    const Site& processes() const { return processes_; }

  private:
    const Site& processes_;  ///< after it
    Reading before_;
    Reading after_;
    double seconds_;
};

/// One screen of what goes on, for people.
std::string table(const Change& change);

}  // namespace stoa::status
