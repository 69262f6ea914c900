#include "commands/serve_options.hpp"

#include "commands/config_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace stoa {

namespace {

/// As CLI::Range, which lets "nan" pass.
CLI::Validator number_in(double least, double most) {
    const auto check = [=](const std::string& text) -> std::string {
        double value = 0;
        const bool good = CLI::detail::lexical_cast(text, value) && value >= least && value <= most;
        return good ? "" : fmt::format("'{}' is not a number from {} to {}", text, least, most);
    };
    return {check, ""};
}

bool read_rate(const std::string& text, http::Rate& rate) {
    const auto comma = text.find(',');
    return comma != std::string::npos &&
           CLI::detail::lexical_cast(text.substr(0, comma), rate.per_second) &&
           CLI::detail::lexical_cast(text.substr(comma + 1), rate.burst) &&
           rate.per_second >= 0.0001 && rate.per_second <= 1e9 && rate.burst >= 1 &&
           rate.burst <= 1e9;
}

CLI::Validator is_rate() {
    const auto check = [](const std::string& text) -> std::string {
        http::Rate rate;
        return read_rate(text, rate) ? ""
                                     : fmt::format(
                                           "'{}' is not RATE,BURST: how many a second, and how "
                                           "many at once, as 5,100",
                                           text);
    };
    return {check, ""};
}

/// Adds the options of one group, each with its environment variable.
class Group {
  public:
    Group(CLI::App& command, std::string name) : command_(command), name_(std::move(name)) {}

    template <class T>
    CLI::Option* value(const std::string& name, T& target, const char* kind, const char* help,
                       const CLI::Validator& check = {}) {
        return named(command_.add_option(name, target, help), name, kind, check)
            ->capture_default_str();
    }

    /// Several, separated by commas.
    CLI::Option* list(const std::string& name, std::vector<std::string>& target, const char* kind,
                      const char* help) {
        return named(command_.add_option(name, target, help), name, kind, {})
            ->delimiter(',')
            ->default_str(fmt::format("{}", fmt::join(target, ",")));
    }

    /// A time in units of `Unit`; fractions are allowed.
    template <class Unit, class Duration>
    void time(const std::string& name, Duration& target, const char* kind, const char* help,
              double least, double most) {
        using Fraction = std::chrono::duration<double, typename Unit::period>;
        const auto set = [&target](const double& value) {
            target = std::chrono::duration_cast<Duration>(Fraction(value));
        };
        const double now = std::chrono::duration_cast<Fraction>(target).count();
        calculated(command_.add_option_function<double>(name, set, help), name, kind,
                   number_in(least, most), fmt::format("{:g}", now));
    }

    /// A number of bytes, in units of 2^shift.
    void bytes(const std::string& name, std::size_t& target, int shift, const char* kind,
               const char* help, std::size_t least, std::size_t most) {
        const auto set = [&target, shift](const std::size_t& units) { target = units << shift; };
        calculated(command_.add_option_function<std::size_t>(name, set, help), name, kind,
                   CLI::Range(least, most), fmt::format("{}", target >> shift));
    }

    void rate(const std::string& name, http::Rate& target, const char* help) {
        const auto set = [&target](const std::string& text) { read_rate(text, target); };
        calculated(command_.add_option_function<std::string>(name, set, help), name, "RATE,BURST",
                   is_rate(), fmt::format("{:g},{:g}", target.per_second, target.burst));
    }

    /// One of the words, each of which stands for a value.
    template <class T>
    void choice(const std::string& name, T& target, const char* kind, const char* help,
                const std::vector<std::pair<std::string, T>>& choices) {
        const auto set = [&target, choices](const std::string& word) {
            target = std::find_if(choices.begin(), choices.end(), [&](const auto& choice) {
                         return choice.first == word;
                     })->second;
        };
        std::vector<std::string> words;
        std::string now;
        for (const auto& [word, value] : choices) {
            words.push_back(word);
            if (value == target) now = word;
        }
        calculated(command_.add_option_function<std::string>(name, set, help), name, kind,
                   CLI::IsMember(words), now);
    }

  private:
    CLI::Option* named(CLI::Option* option, const std::string& name, const char* kind,
                       const CLI::Validator& check) {
        std::string variable = "STOA" + name.substr(1);
        for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
        return option->envname(variable)->type_name(kind)->check(check)->group(name_);
    }

    void calculated(CLI::Option* option, const std::string& name, const char* kind,
                    const CLI::Validator& check, const std::string& now) {
        named(option, name, kind, check)->run_callback_for_default()->default_str(now);
    }

    CLI::App& command_;
    std::string name_;
};

using std::chrono::milliseconds;
using std::chrono::seconds;
using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

void add_network_options(CLI::App& command, ServeOptions& options) {
    Group network(command, "Network");
    network.value("--listen", options.server.listen, "ADDRESS",
                  "ADDRESS:PORT to listen on [127.0.0.1:8080; one service alone: 8081 to 8084]");
    network
        .value("--threads", options.server.threads, "N", "I/O threads [one for each core]",
               CLI::Range(1, 1'024))
        ->default_str("");
    network.list("--cors-origins", options.server.cors_origins, "ORIGIN,…",
                 "Origins whose pages may call, separated by commas; * for all");
    network.list("--trusted-proxies", options.site.trusted_proxies, "NETWORK,…",
                 "Proxies that are believed when they say for whom they ask");
    network.choice("--forwarded-header", options.site.forwarded_field, "NAME",
                   "The field in which they say it: x-forwarded-for or forwarded",
                   {{"x-forwarded-for", http::ForwardedField::x_forwarded_for},
                    {"forwarded", http::ForwardedField::forwarded}});
    network.value("--users-url", options.site.users_url, "URL",
                  "Where the users service is [this process, or http://127.0.0.1:8083]");
    network.value("--posts-url", options.site.posts_url, "URL",
                  "Where the posts service is [this process, or http://127.0.0.1:8081]");
}

void add_data_options(CLI::App& command, SiteOptions& site) {
    Group data(command, "Data");
    data.value("--data", site.data, "DIR",
               "Folder of the keys and the SQLite files, made if need be");
    auto* database = data.value(
        "--database", site.database.uri, "URI",
        "PostgreSQL instead of SQLite files: postgresql://USER@HOST:PORT,HOST:PORT/DATABASE");
    data.value("--database-replicas", site.database.replicas, "URI",
               "PostgreSQL: replicas, where reads go that need not see the latest")
        ->needs(database);
    data.value("--database-writers", site.database.writers, "N",
               "PostgreSQL: connections for writes, of each service and I/O thread",
               CLI::Range(1, 100));
    data.time<seconds>("--database-timeout", site.database.timeout, "SECONDS",
                       "PostgreSQL: for an answer; a server that is silent for longer is given up",
                       0.1, 3'600);
    data.bytes("--cache", site.cache, 20, "MIB",
               "SQLite: for answers that are told again until something changes; 0: none", 0,
               1 << 20);
    data.value("--commit-group", site.database.commit_group, "N",
               "SQLite: writes that share one commit, at most; 1: each has its own",
               CLI::Range(1, 100'000));
}

void add_access_options(CLI::App& command, ServeOptions& options) {
    Group access(command, "Access");
    SiteOptions& site = options.site;
    access.choice<Auth>("--auth", site.auth, "required|open",
                        "required: tokens say who calls; open: who a request names is believed, "
                        "for a network that is "
                        "trusted",
                        {{"required", Auth::required}, {"open", Auth::open}});
    access.value(
        "--keys", site.keys, "FILE",
        "The users service's keys, made there if need be; the votes service needs them to move "
        "karma [keys.json among the data]");
    access.time<seconds>("--token-lifetime", site.token_lifetime, "SECONDS",
                         "That an access token is good for", 1, kLongestTokenLife);
    access.time<Days>("--session-lifetime", site.session_lifetime, "DAYS",
                      "After which a log-in ends that was not used", 0.0001, 3'650);
    access.time<Days>("--forget-after", site.forget_after, "DAYS",
                      "After which a deactivated user's email and password are wiped", 0, 36'500);
    HashingOptions& hashing = site.hashing;
    access.bytes("--password-memory", hashing.cost.memory, 10, "KIB",
                 "That hashing a password takes", 8, 4 << 20);
    access.value("--password-passes", hashing.cost.operations, "N", "Over that memory",
                 CLI::Range(1, 1'000));
    access.value("--password-threads", hashing.threads, "N", "That hash passwords",
                 CLI::Range(1, 64));
    access.value("--password-queue", hashing.queue, "N",
                 "Passwords that may wait to be hashed; one more is refused",
                 CLI::Range(1, 100'000));
}

void add_limit_options(CLI::App& command, ServeOptions& options) {
    Group limits(command, "Limits");
    SiteOptions& site = options.site;
    limits.choice<bool>("--limits", site.is_limited, "on|off",
                        "Rate limits; off: for benchmarks and trusted callers",
                        {{"on", true}, {"off", false}});
    const auto rate = [&](const char* name, http::LimitClass limit, const char* help) {
        limits.rate(name, site.limits.rates.at(static_cast<std::size_t>(limit)), help);
    };
    rate("--read-limit", http::LimitClass::read,
         "Reads of an account, or of an address that has no token: how many a second, and how many "
         "at once");
    rate("--write-limit", http::LimitClass::write, "Everything else of them");
    rate("--login-limit", http::LimitClass::login, "Log-ins of an address");
    rate("--signup-limit", http::LimitClass::signup, "New accounts of an address");
    limits.rate("--guess-limit", site.limits.guesses,
                "Wrong passwords for an account from one network; from anywhere ten times that");
    http::ServerOptions& server = options.server;
    limits.value("--max-connections", server.max_connections, "N",
                 "Open connections; one more is refused", CLI::Range(1, 1'000'000));
    limits.value("--max-head", server.request.head, "BYTES", "Of a request's head",
                 CLI::Range(1'024, 1 << 20));
    limits.value("--max-body", server.request.body, "BYTES", "Of a request's body",
                 CLI::Range(1'024, 1 << 30));
    const auto time = [&](const char* name, milliseconds& target, const char* help) {
        limits.time<seconds>(name, target, "SECONDS", help, 0.1, 86'400);
    };
    time("--head-timeout", server.head_timeout, "For a client to send a head");
    time("--body-timeout", server.body_timeout, "For a client to send a body");
    time("--idle-timeout", server.idle_timeout, "That an idle connection is kept");
    time("--drain-timeout", server.drain_timeout, "To finish what is in flight at the end");
    limits.time<seconds>("--drain-delay", server.drain_delay, "SECONDS",
                         "Before that, in which /readyz says 503 and all is answered as ever: for "
                         "balancers to notice",
                         0, 3'600);
}

void add_watching_options(CLI::App& command, ServeOptions& options) {
    Group watching(command, "Watching");
    watching.value(
        "--log-level", options.log_level, "LEVEL",
        "debug, info (a line for each request; successful health checks only with debug), warn or "
        "error; logs go to standard error",
        CLI::IsMember({"debug", "info", "warn", "error"}));
    watching.choice<LogFormat>(
        "--log-format", options.log_format, "FORMAT",
        "text, json (an object a line) or auto: text on a terminal alone",
        {{"text", LogFormat::text}, {"json", LogFormat::json}, {"auto", LogFormat::auto_}});
    watching.time<milliseconds>("--slow-query", options.site.database.slow_query, "MS",
                                "Statements that take longer are logged, without their values; 0: "
                                "none",
                                0, 3'600'000);
    watching.value("--otlp-endpoint", options.otlp_endpoint, "URL",
                   "Collector of traces, OTLP over HTTP: http://HOST:4318 "
                   "[OTEL_EXPORTER_OTLP_ENDPOINT, or none]");
    watching.value("--trace-ratio", options.server.trace_ratio, "RATIO",
                   "Of the traces that begin here, how many are sent, 0 to 1; others as their "
                   "caller says",
                   number_in(0, 1));
}

}  // namespace

void add_options(CLI::App& command, ServeOptions& options) {
    options.server.threads = std::max(1U, std::thread::hardware_concurrency());
    options.server.listen.clear();
    options.server.trace_ratio = 0.01;
    command
        .add_option("service", options.service,
                    "posts, votes, users or messages; left out: all four")
        ->type_name("")
        ->check(CLI::IsMember({"posts", "votes", "users", "messages"}));
    add_network_options(command, options);
    add_data_options(command, options.site);
    add_access_options(command, options);
    add_limit_options(command, options);
    add_watching_options(command, options);
    add_config_option(command);
}

}  // namespace stoa
