#include "commands/status/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>

namespace stoa::status {

namespace {

constexpr std::size_t kMostRows = 20;
constexpr const char* kRequests = "stoa_http_requests_total";
constexpr const char* kDuration = "stoa_http_request_duration_seconds";

std::string milliseconds(double seconds) {
    return seconds < 0 ? "-" : fmt::format("{:.2f}", seconds * 1e3);
}

std::string bytes(double count) {
    constexpr std::string_view units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; count >= 1'024 && unit + 1 < std::size(units); ++unit) count /= 1'024;
    return fmt::format("{:.{}f} {}", count, count < 10 && unit > 0 ? 1 : 0, units[unit]);
}

std::string age(double seconds) {
    const auto all = static_cast<std::int64_t>(seconds);
    if (all < 60) return fmt::format("{} s", all);
    if (all < 3'600) return fmt::format("{} min", all / 60);
    if (all < 86'400) return fmt::format("{} h {} min", all / 3'600, all / 60 % 60);
    return fmt::format("{} d {} h", all / 86'400, all / 3'600 % 24);
}

std::string percent(double part, double of) {
    return of > 0 ? fmt::format("{:.0f} %", 100 * part / of) : "-";
}

/// A line for each process.
std::string processes(const Site& site) {
    std::string text;
    const double time =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    for (const Process& process : site) {
        text += process.url;
        if (!process.told) text += "  NO ANSWER";
        for (const Sample& sample : process.told.value_or(std::vector<Sample>())) {
            if (sample.name == "process_start_time_seconds") {
                text += fmt::format("  up {}", age(time - sample.value));
            }
            if (sample.name == "stoa_build_info") {
                text +=
                    fmt::format("  stoa {} ({})", sample.label("version"), sample.label("commit"));
            }
        }
        text += "\n";
    }
    return text;
}

std::string totals(const Change& change) {
    const Reading& now = change.now();
    std::string text = fmt::format(
        "requests    {:.1f}/s, 4xx {:.1f}/s, 5xx {:.1f}/s, refused {:.1f}/s, p50 {} ms, p99 {} "
        "ms\n",
        change.rate(kRequests), change.rate(kRequests, {{"status", "4xx"}}),
        change.rate(kRequests, {{"status", "5xx"}}), change.rate("stoa_http_refused_total"),
        milliseconds(change.quantile(0.5, kDuration)),
        milliseconds(change.quantile(0.99, kDuration)));
    text += fmt::format("connections {:.0f} open of {:.0f}, new {:.1f}/s, refused {:.1f}/s\n",
                        now.sum("stoa_http_connections"), now.sum("stoa_http_connections_max"),
                        change.rate("stoa_http_connections_total"),
                        change.rate("stoa_http_connections_refused_total"));
    text +=
        fmt::format("process     {:.2f} cores, {} memory, {:.0f} files\n",
                    change.rate("process_cpu_seconds_total"),
                    bytes(now.sum("process_resident_memory_bytes")), now.sum("process_open_fds"));
    text += fmt::format(
        "waiting     passwords {:.0f}, karma {:.0f}; refused by limits {:.1f}/s; disk free {}\n",
        now.sum("stoa_password_hashes_waiting"), now.sum("stoa_karma_waiting"),
        change.rate("stoa_limits_refused_total"), bytes(now.largest("stoa_data_disk_free_bytes")));
    return text;
}

std::string operations(const Change& change) {
    std::vector<std::pair<double, Reading::Labels>> rows;
    std::set<std::pair<std::string_view, std::string_view>> known;
    for (const Sample& sample : change.now().samples()) {
        if (sample.name != kRequests) continue;
        const auto service = sample.label("service");
        const auto operation = sample.label("operation");
        if (!known.emplace(service, operation).second) continue;
        const Reading::Labels labels{{"service", service}, {"operation", operation}};
        const double rate = change.rate(kRequests, labels);
        if (rate > 0) rows.emplace_back(rate, labels);
    }
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    rows.resize(std::min(rows.size(), kMostRows));
    std::string text = fmt::format("\n{:<9} {:<24} {:>11} {:>8} {:>8} {:>9} {:>9}\n", "SERVICE",
                                   "OPERATION", "REQUESTS/S", "4XX/S", "5XX/S", "P50 MS", "P99 MS");
    for (const auto& [rate, labels] : rows) {
        const auto with_status = [&, of = labels](std::string_view status) {
            Reading::Labels all = of;
            all.emplace_back("status", status);
            return change.rate(kRequests, all);
        };
        const auto service = labels[0].second;
        text +=
            fmt::format("{:<9} {:<24} {:>11.1f} {:>8.1f} {:>8.1f} {:>9} {:>9}\n",
                        service.empty() ? "-" : service, labels[1].second, rate, with_status("4xx"),
                        with_status("5xx"), milliseconds(change.quantile(0.5, kDuration, labels)),
                        milliseconds(change.quantile(0.99, kDuration, labels)));
    }
    return text;
}

std::string databases(const Change& change) {
    std::string text = fmt::format(
        "\n{:<9} {:>6} {:>9} {:>9} {:>9} {:>7} {:>11} {:>7} {:>9} {:>9}\n", "DATABASE", "STATE",
        "WRITES/S", "COMMITS/S", "GROUP", "QUEUE", "COMMIT P99", "CACHE", "SIZE", "LOG");
    std::set<std::string_view> services;
    for (const Sample& sample : change.now().samples()) {
        if (sample.name == "stoa_database_up") services.insert(sample.label("service"));
    }
    for (const std::string_view service : services) {
        const Reading::Labels of{{"service", service}};
        const Reading& now = change.now();
        const double writes = change.rate("stoa_database_transactions_total", of);
        const double commits = change.rate("stoa_database_commits_total", of);
        const double hits = change.rate("stoa_cache_hits_total", of);
        const double misses = change.rate("stoa_cache_misses_total", of);
        const bool is_up =
            !now.has("stoa_database_up", of) ||
            std::none_of(now.samples().begin(), now.samples().end(), [&](const Sample& sample) {
                return sample.name == "stoa_database_up" && sample.label("service") == service &&
                       sample.value == 0;
            });
        const bool has_file = now.has("stoa_database_size_bytes", of);
        text += fmt::format(
            "{:<9} {:>6} {:>9.1f} {:>9.1f} {:>9} {:>7.0f} {:>11} {:>7} {:>9} {:>9}\n", service,
            is_up ? "up" : "AWAY", writes, commits,
            commits > 0 ? fmt::format("{:.1f}", writes / commits) : "-",
            now.sum("stoa_database_queue", of),
            milliseconds(change.quantile(0.99, "stoa_database_commit_duration_seconds", of)),
            percent(hits, hits + misses),
            has_file ? bytes(now.sum("stoa_database_size_bytes", of)) : "-",
            has_file ? bytes(now.sum("stoa_database_log_size_bytes", of)) : "-");
    }
    return text;
}

}  // namespace

std::string table(const Change& change) {
    return processes(change.processes()) + totals(change) + operations(change) + databases(change);
}

}  // namespace stoa::status
