#include "commands/commands.hpp"
#include "commands/status/reading.hpp"
#include "platform/http/client.hpp"
#include "platform/http/message.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace stoa {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};

struct StatusOptions {
    std::vector<std::string> urls{"http://127.0.0.1:8080"};
    double interval = 2;
    bool once = false;
};

/// The processes that are asked.
class Watched {
  public:
    explicit Watched(const std::vector<std::string>& urls) {
        for (const std::string& url : urls) {
            processes_.push_back({url, std::make_unique<http::BlockingClient>(
                                           url, [] { return std::string(); }, kPatience)});
        }
    }

    status::Site read() {
        status::Site site;
        for (const Process& process : processes_) site.push_back({process.url, ask(process)});
        return site;
    }

  private:
    struct Process {
        std::string url;
        std::unique_ptr<http::BlockingClient> client;
    };

    static std::optional<std::vector<Sample>> ask(const Process& process) {
        const auto answer = process.client->ask("GET", "/metrics");
        // 503: it has no room for another connection.
        if (!answer || answer->status == 503) return std::nullopt;
        if (answer->status != 200) {
            throw std::runtime_error(
                fmt::format("{}/metrics answers {}: name the address of a stoa process itself, not "
                            "of what stands before it",
                            process.url, answer->status));
        }
        return read_exposition(answer->body);
    }

    std::vector<Process> processes_;
};

void fail_if_silent(const status::Site& site) {
    for (const status::Process& process : site) {
        if (process.told) continue;
        throw std::runtime_error(
            fmt::format("no answer from {} within {} s: see that 'stoa serve' runs there and has "
                        "room for a connection, or name another address with --url",
                        process.url, kPatience.count()));
    }
}

void show_status(const StatusOptions& options) {
    const bool is_drawn = !options.once && isatty(STDOUT_FILENO) == 1;
    Watched watched(options.urls);
    auto before = watched.read();
    if (!status::is_any_up(before)) fail_if_silent(before);
    auto then = Clock::now();
    while (true) {
        std::this_thread::sleep_for(std::chrono::duration<double>(options.interval));
        auto now = watched.read();
        const auto moment = Clock::now();
        const double seconds = std::chrono::duration<double>(moment - then).count();
        const std::string table = status::table({before, now, seconds});
        fmt::print("{}{}", is_drawn ? "\x1b[H\x1b[2J" : "", table);
        std::fflush(stdout);
        if (!is_drawn) {
            fail_if_silent(now);
            return;
        }
        before = std::move(now);
        then = moment;
    }
}

}  // namespace

void add_status(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("status", "Show what running servers do, as top does of a machine");
    const auto options = std::make_shared<StatusOptions>();
    command
        ->add_option("--url", options->urls,
                     "Where a process is; again for each more [http://127.0.0.1:8080]")
        ->type_name("URL")
        ->allow_extra_args(false);
    command->add_option("--interval", options->interval, "Over which is counted, and drawn anew")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.1, 3'600.0))
        ->capture_default_str();
    command->add_flag("--once", options->once,
                      "Print one table and end, as when the output is no terminal");
    command->footer("It reads /metrics, which every process answers. Ctrl-C ends it.");
    command->callback([options] { show_status(*options); });
}

}  // namespace stoa
