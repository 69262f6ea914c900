#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/serve_options.hpp"
#include "commands/site.hpp"
#include "platform/http/span_exporter.hpp"
#include "platform/ops/process.hpp"
#include "platform/ops/service_manager.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>

namespace stoa {

namespace {

/// A process of one service has a port of its own: 8081 for the first, …
std::string default_listen(const std::string& service) {
    const auto* const place = std::find(std::begin(kServices), std::end(kServices), service);
    const auto offset = place == std::end(kServices) ? 0 : place - std::begin(kServices) + 1;
    return fmt::format("127.0.0.1:{}", 8080 + offset);
}

/// Every connection takes a file descriptor; the usual limit of 1,024 is for programs that use select().
void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

sigset_t termination_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

/// Waits for a signal to end, for a while at most; 0: none came.
int signal_within(std::chrono::milliseconds time) {
    const sigset_t signals = termination_signals();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec limit{seconds.count(), std::chrono::nanoseconds(time - seconds).count()};
    return std::max(0, sigtimedwait(&signals, nullptr, &limit));
}

int next_signal() {
    const sigset_t signals = termination_signals();
    int signal = 0;
    sigwait(&signals, &signal);
    return signal;
}

/// What ends after the last answer: databases are closed, SQLite's logs written back.
constexpr std::chrono::seconds kLastWork{30};

/// Waits for a signal to end, retires, then drains; a second signal ends at once.
void drain_on_signal(http::Server& server, const http::ServerOptions& options) {
    int signal = next_signal();
    const auto delay = options.drain_delay;
    service_manager::stopping(delay + options.drain_timeout + kLastWork);
    if (delay.count() > 0) {
        spdlog::info("{}: not ready any more, and draining in {} s (once more to end at once)",
                     strsignal(signal), std::chrono::duration<double>(delay).count());
        server.retire();
        signal = signal_within(delay);
    } else {
        spdlog::info("{}: finishing what is in flight (once more to end at once)",
                     strsignal(signal));
        signal = 0;
    }
    server.drain();
    if (signal == 0) signal = next_signal();
    spdlog::warn("{}: ended at once", strsignal(signal));
    std::_Exit(128 + signal);
}

http::Logged logged_at(const std::string& log_level) {
    if (log_level == "debug") return http::Logged::everything;
    return log_level == "info" ? http::Logged::no_probes : http::Logged::nothing;
}

void complete(ServeOptions& options) {
    if (options.service.empty()) {
        options.site.services.assign(std::begin(kServices), std::end(kServices));
    } else {
        options.site.services = {options.service};
    }
    if (options.server.listen.empty()) options.server.listen = default_listen(options.service);
    options.site.threads = options.server.threads;
    options.server.logged = logged_at(options.log_level);
    if (options.otlp_endpoint.empty()) {
        const char* const usual = std::getenv("OTEL_EXPORTER_OTLP_ENDPOINT");
        options.otlp_endpoint = usual ? usual : "";
    }
    if (options.otlp_endpoint.empty()) options.server.trace_ratio = 0;
}

/// What is told of the process as a whole.
void watch_process(Metrics& metrics, const ServeOptions& options) {
    metrics.add("stoa_build_info", "1; the program that this is.",
                {{"version", kVersion}, {"commit", kCommit}}, [] { return 1.0; });
    metrics.add("stoa_http_connections_max", "Connections that may be open.", {},
                [most = options.server.max_connections] { return static_cast<double>(most); });
    add_process_metrics(metrics);
}

std::unique_ptr<http::SpanExporter> exporter_of(const ServeOptions& options, Metrics& metrics) {
    if (options.otlp_endpoint.empty()) return nullptr;
    auto spans = std::make_unique<http::SpanExporter>(
        options.otlp_endpoint,
        http::SpanExporter::Names{options.service.empty() ? "stoa" : "stoa-" + options.service,
                                  kVersion, options.server.listen});
    metrics.add("stoa_trace_spans_sent_total", "Spans that the collector has taken.", {},
                [&sent = *spans] { return static_cast<double>(sent.sent()); });
    metrics.add("stoa_trace_spans_dropped_total",
                "Spans dropped, for want of room or of a collector.", {},
                [&dropped = *spans] { return static_cast<double>(dropped.dropped()); });
    return spans;
}

void serve(ServeOptions options) {
    complete(options);
    spdlog::set_level(spdlog::level::from_str(options.log_level));
    set_log_format(options.log_format);
    raise_file_limit();
    // Blocked here and so in every thread: one of them waits for them.
    const sigset_t signals = termination_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // What fails then is the call, which says why.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);

    Metrics metrics;
    watch_process(metrics, options);
    const auto spans = exporter_of(options, metrics);
    options.server.spans = spans.get();
    http::Server server(options.server, metrics);
    const auto find = [&](std::string& url, const std::string& service) {
        if (!url.empty()) return;
        url =
            "http://" + (options.service.empty() ? server.own_address() : default_listen(service));
    };
    find(options.site.users_url, "users");
    find(options.site.posts_url, "posts");
    Site site(options.site, metrics);
    spdlog::info(
        "stoa {} ({}): {} on {} threads, auth {}, data in {}", kVersion, kCommit,
        fmt::join(options.site.services, ", "), options.server.threads,
        options.site.auth == Auth::open ? "open" : "required",
        options.site.database.is_shared() ? "a PostgreSQL database" : options.site.data.string());
    if (!options.site.database.is_shared()) note_moved(options.site.data, false);
    note_address(options.site, server.own_address());
    spdlog::info("listening on http://{}, documentation at /docs", server.address());
    service_manager::ready("listening on http://" + server.address());
    std::thread([&server, limits = options.server] { drain_on_signal(server, limits); }).detach();
    server.run([&](Loop& loop, ThreadMetrics& thread_metrics) {
        return site.application(loop, thread_metrics, [&server] { return server.leaving(); });
    });
    spdlog::info("done");
}

}  // namespace

void add_serve(CLI::App& app) {
    CLI::App* command = app.add_subcommand("serve", "Serve all four services, or one of them");
    const auto options = std::make_shared<ServeOptions>();
    add_options(*command, *options);
    command->footer(
        "Every option is an environment variable too: --listen is STOA_LISTEN, --max-body "
        "STOA_MAX_BODY.\n"
        "SIGTERM or Ctrl-C finishes what is in flight, then ends.");
    command->callback([options] { serve(*options); });
}

}  // namespace stoa
