#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stoa {

/// Bounds of times, in seconds: from an answer out of memory to one that nobody waits for any more.
inline constexpr std::array<double, 15> kDurations{0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                                   0.005,  0.01,    0.025,  0.05,  0.1,
                                                   0.25,   0.5,     1.0,    2.5,   10.0};
/// Bounds of how many.
inline constexpr std::array<double, 11> kSizes{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

/// How many values lay in each range, as it was at one moment.
struct Distribution {
    std::vector<double> bounds = {};         ///< upper ones, each of its own range
    std::vector<std::uint64_t> counts = {};  ///< one more than bounds: beyond all of them
    double sum = 0;

    /// Adds another with the same bounds, or any to an empty one.
    void add(const Distribution& other) {
        if (counts.empty()) {
            *this = other;
            return;
        }
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
        sum += other.sum;
    }
};

/// One writer, so no need of an atomic addition (a locked instruction).
template <class T>
void add_alone(std::atomic<T>& counter, T value) {
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

/// Counts values by range. Written by one thread at a time, read by any.
class Histogram {
  public:
    /// `bounds` must outlive it.
    explicit Histogram(std::span<const double> bounds)
        : bounds_(bounds), counts_(bounds.size() + 1) {}

    void note(double value) {
        const auto range = std::lower_bound(bounds_.begin(), bounds_.end(), value);
        add_alone(counts_[static_cast<std::size_t>(range - bounds_.begin())], std::uint64_t{1});
        add_alone(sum_, value);
    }

    Distribution distribution() const {
        Distribution now{{bounds_.begin(), bounds_.end()}, {}, sum_};
        for (const auto& count : counts_) now.counts.push_back(count.load());
        return now;
    }

  private:
    std::span<const double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_ = 0;
};

}  // namespace stoa
