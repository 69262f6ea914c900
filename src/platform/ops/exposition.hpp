#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoa {

/// One number of Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats).
struct Sample {
    std::string name;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;

    /// A label's value; empty: it has none of this name.
    std::string_view label(std::string_view of) const;
};

/// All numbers of a text in that format. Throws std::runtime_error if it is none.
std::vector<Sample> read_exposition(std::string_view text);

}  // namespace stoa
