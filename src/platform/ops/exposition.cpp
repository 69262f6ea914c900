#include "platform/ops/exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace stoa {

namespace {

[[noreturn]] void refuse(std::string_view line) {
    throw std::runtime_error(
        fmt::format("this is no line of Prometheus' text format: '{}'", line.substr(0, 200)));
}

/// Takes a value in quotes off the front.
std::string take_quoted(std::string_view& rest, std::string_view line) {
    std::string value;
    if (!rest.starts_with('"')) refuse(line);
    std::size_t i = 1;
    for (; i < rest.size() && rest[i] != '"'; ++i) {
        const bool is_escaped = rest[i] == '\\' && i + 1 < rest.size();
        if (is_escaped) ++i;
        value += is_escaped && rest[i] == 'n' ? '\n' : rest[i];
    }
    if (i >= rest.size()) refuse(line);
    rest.remove_prefix(i + 1);
    return value;
}

/// Takes `{name="value",…}` off the front, if it is there.
void take_labels(Sample& sample, std::string_view& rest, std::string_view line) {
    if (!rest.starts_with('{')) return;
    rest.remove_prefix(1);
    while (!rest.starts_with('}')) {
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) refuse(line);
        std::string name(rest.substr(0, equals));
        rest.remove_prefix(equals + 1);
        sample.labels.emplace_back(std::move(name), take_quoted(rest, line));
        if (rest.starts_with(',')) rest.remove_prefix(1);
    }
    rest.remove_prefix(1);
}

Sample read_line(std::string_view line) {
    Sample sample;
    std::string_view rest = line;
    const std::size_t end = rest.find_first_of("{ ");
    if (end == 0 || end == std::string_view::npos) refuse(line);
    sample.name = rest.substr(0, end);
    rest.remove_prefix(end);
    take_labels(sample, rest, line);
    if (!rest.starts_with(' ')) refuse(line);
    const std::string number(rest.substr(1));
    char* read = nullptr;
    sample.value = std::strtod(number.c_str(), &read);
    if (read == number.c_str()) refuse(line);
    return sample;
}

}  // namespace

std::string_view Sample::label(std::string_view of) const {
    const auto found = std::find_if(labels.begin(), labels.end(),
                                    [&](const auto& label) { return label.first == of; });
    return found == labels.end() ? std::string_view() : found->second;
}

std::vector<Sample> read_exposition(std::string_view text) {
    std::vector<Sample> samples;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (!line.empty() && line.front() != '#') samples.push_back(read_line(line));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return samples;
}

}  // namespace stoa
