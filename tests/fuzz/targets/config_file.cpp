#include "commands/config_file.hpp"

#include "fuzz/fuzz.hpp"
#include "fuzz/memory_file.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <stdexcept>

namespace stoa::fuzz {
namespace {

/// A configuration file, for a command with options such as `stoa serve` has.
void run(std::string_view input) {
    CLI::App command("", "serve");
    std::string listen;
    std::string config;
    int threads = -1;
    bool log = false;
    std::vector<std::string> origins;
    command.add_option("--listen", listen);
    command.add_option("--threads", threads)->check(CLI::Range(1, 64));
    command.add_option("--cors-origin", origins)->delimiter(',');
    command.add_flag("--access-log", log);
    command.add_option("--config", config);

    const MemoryFile file(input);
    std::string program = "stoa";
    std::string argument = "--config=" + file.path();
    std::array<char*, 2> argv{program.data(), argument.data()};
    try {
        take_defaults_from_config_file(command, command, argv.size(), argv.data());
        command.parse(argv.size(), argv.data());
    } catch (const std::runtime_error& error) {
        must(*error.what() != '\0', "a refusal says why");
        return;
    }
    must(threads == -1 || (threads >= 1 && threads <= 64), "an option's own rule holds");
}

const Registered registered("config_file", run);

}  // namespace
}  // namespace stoa::fuzz
