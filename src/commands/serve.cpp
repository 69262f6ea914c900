#include "commands/commands.hpp"
#include "commands/site.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <thread>

namespace stoa {

namespace {

struct ServeOptions {
    std::string service;  ///< one; empty: all
    std::string auth = "open";
    std::string limits = "on";
    http::Rate rate;
    std::string log_level = "info";
    std::string config;
    double head_timeout = 10, body_timeout = 30, idle_timeout = 75, drain_timeout = 10;
    SiteOptions site;
    http::ServerOptions server;
};

std::chrono::milliseconds seconds(double value) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(value * 1'000));
}

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

/// Waits for a signal to end, drains; a second signal ends at once.
void drain_on_signal(http::Server& server) {
    const sigset_t signals = termination_signals();
    int signal = 0;
    sigwait(&signals, &signal);
    spdlog::info("{}: finishing what is in flight (once more to end at once)", strsignal(signal));
    server.drain();
    sigwait(&signals, &signal);
    spdlog::warn("{}: ended at once", strsignal(signal));
    std::_Exit(128 + signal);
}

void complete(ServeOptions& options) {
    if (options.service.empty()) {
        options.site.services.assign(std::begin(kServices), std::end(kServices));
    } else {
        options.site.services = {options.service};
    }
    if (options.server.listen.empty()) options.server.listen = default_listen(options.service);
    if (options.limits == "on") options.site.rate = options.rate;
    options.server.head_timeout = seconds(options.head_timeout);
    options.server.body_timeout = seconds(options.body_timeout);
    options.server.idle_timeout = seconds(options.idle_timeout);
    options.server.drain_timeout = seconds(options.drain_timeout);
    options.server.access_log = options.log_level == "info" || options.log_level == "debug";
}

void serve(ServeOptions options) {
    complete(options);
    spdlog::set_level(spdlog::level::from_str(options.log_level));
    raise_file_limit();
    // Blocked here and so in every thread: one of them waits for them.
    const sigset_t signals = termination_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    Metrics metrics;
    http::Server server(options.server, metrics);
    if (options.site.users_url.empty()) {
        const bool own = options.service.empty();
        options.site.users_url = "http://" + (own ? server.own_address() : "127.0.0.1:8083");
    }
    Site site(options.site, metrics);
    spdlog::info("stoa {} ({}): {} on {} threads, auth {}, data in {}", kVersion, kCommit,
                 fmt::join(options.site.services, ", "), options.server.threads, options.auth,
                 options.site.data.string());
    spdlog::info("listening on http://{}, documentation at /docs", server.address());
    std::thread([&server] { drain_on_signal(server); }).detach();
    server.run([&](Loop& loop, ThreadMetrics& thread_metrics) {
        return site.application(loop, thread_metrics, [&server] { return server.draining(); });
    });
    spdlog::info("done");
}

void add_network_options(CLI::App& command, ServeOptions& options) {
    const std::string group = "Network";
    command
        .add_option("--listen", options.server.listen,
                    "ADDRESS:PORT to listen on [127.0.0.1:8080; one service alone: 8081 to 8084]")
        ->envname("STOA_LISTEN")
        ->type_name("ADDRESS")
        ->group(group);
    command.add_option("--threads", options.server.threads, "I/O threads")
        ->envname("STOA_THREADS")
        ->type_name("N")
        ->check(CLI::Range(1, 1'024))
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--cors-origins", options.server.cors_origins,
                    "Origins whose pages may call, separated by commas; * for all")
        ->envname("STOA_CORS_ORIGINS")
        ->type_name("ORIGIN,…")
        ->delimiter(',')
        ->group(group);
    command
        .add_option("--users-url", options.site.users_url,
                    "Where the users service is [this process, or http://127.0.0.1:8083]")
        ->envname("STOA_USERS_URL")
        ->type_name("URL")
        ->group(group);
}

/// As CLI::Range, which lets "nan" pass.
CLI::Validator number_in(double least, double most) {
    const auto check = [=](const std::string& text) -> std::string {
        double value = 0;
        const bool good = CLI::detail::lexical_cast(text, value) && value >= least && value <= most;
        return good ? "" : fmt::format("'{}' is not a number from {} to {}", text, least, most);
    };
    return {check, ""};
}

void add_limit_options(CLI::App& command, ServeOptions& options) {
    const auto add = [&](const char* name, auto& value, const char* kind, const char* help,
                         auto check) {
        std::string variable = std::string("STOA") + (name + 1);
        for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
        command.add_option(name, value, help)
            ->envname(variable)
            ->type_name(kind)
            ->check(check)
            ->capture_default_str()
            ->group("Limits");
    };
    const CLI::Validator seconds = number_in(0.1, 86'400.0);
    http::ServerOptions& server = options.server;
    add("--limits", options.limits, "on|off",
        "Rate limits; off: for benchmarks and trusted callers", CLI::IsMember({"on", "off"}));
    add("--rate", options.rate.per_second, "N", "Requests a second that one address may make",
        number_in(0.01, 1e9));
    add("--burst", options.rate.burst, "N", "Requests that it may make at once", number_in(1, 1e9));
    add("--max-connections", server.max_connections, "N", "Open connections; one more is refused",
        CLI::Range(1, 1'000'000));
    add("--max-head", server.request.head, "BYTES", "Of a request's head",
        CLI::Range(1'024, 1 << 20));
    add("--max-body", server.request.body, "BYTES", "Of a request's body",
        CLI::Range(1'024, 1 << 30));
    add("--head-timeout", options.head_timeout, "SECONDS", "For a client to send a head", seconds);
    add("--body-timeout", options.body_timeout, "SECONDS", "For a client to send a body", seconds);
    add("--idle-timeout", options.idle_timeout, "SECONDS", "That an idle connection is kept",
        seconds);
    add("--drain-timeout", options.drain_timeout, "SECONDS",
        "To finish what is in flight at the end", seconds);
}

}  // namespace

void add_serve(CLI::App& app) {
    CLI::App* command = app.add_subcommand("serve", "Serve all four services, or one of them");
    const auto options = std::make_shared<ServeOptions>();
    options->server.threads = std::max(1U, std::thread::hardware_concurrency());
    command
        ->add_option("service", options->service,
                     "posts, votes, users or messages; left out: all four")
        ->type_name("")
        ->check(CLI::IsMember({"posts", "votes", "users", "messages"}));
    add_network_options(*command, *options);
    command->add_option("--data", options->site.data, "Folder of the SQLite files, made if need be")
        ->envname("STOA_DATA")
        ->type_name("DIR")
        ->capture_default_str()
        ->group("Data");
    command
        ->add_option("--auth", options->auth,
                     "For a trusted network: who a request names is believed")
        ->envname("STOA_AUTH")
        ->type_name("open")
        ->check(CLI::IsMember({"open"}))
        ->capture_default_str()
        ->group("Access");
    add_limit_options(*command, *options);
    command
        ->add_option(
            "--log-level", options->log_level,
            "debug, info (a line for each request), warn or error; logs go to standard error")
        ->envname("STOA_LOG_LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str()
        ->group("Logs");
    command
        ->add_option("--config", options->config,
                     "File of defaults, a line each: listen = \"0.0.0.0:80\"; flags and "
                     "environment go before")
        ->envname("STOA_CONFIG")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    command->footer(
        "Every option is an environment variable too: --listen is STOA_LISTEN, --max-body "
        "STOA_MAX_BODY.\n"
        "SIGTERM or Ctrl-C finishes what is in flight, then ends.");
    command->callback([options] { serve(*options); });
}

}  // namespace stoa
