#include "commands/config_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace stoa {

namespace {

std::string file_named(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--config" && i + 1 < argc) return argv[i + 1];
        if (argument.starts_with("--config=")) return argument.substr(9);
    }
    const char* from_environment = std::getenv("STOA_CONFIG");
    return from_environment ? from_environment : "";
}

}  // namespace

void add_config_option(CLI::App& command) {
    command
        .add_option("--config",
                    "File of the server's defaults, a line each: data = \"/srv/stoa\"; flags and "
                    "environment go before")
        ->envname("STOA_CONFIG")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
}

void take_defaults_from_config_file(CLI::App& command, const CLI::App& owner, int argc,
                                    char** argv) {
    const std::string file = file_named(argc, argv);
    if (file.empty()) return;
    std::vector<CLI::ConfigItem> items;
    try {
        items = CLI::ConfigTOML().from_file(file);
    } catch (const CLI::Error& error) {
        throw CLI::ConfigError(fmt::format("can't read the configuration: {}", error.what()));
    }
    for (const CLI::ConfigItem& item : items) {
        if (item.name == "++" || item.name == "--") continue;  // where a section begins and ends
        const std::string section = CLI::detail::join(item.parents, ".");
        if (!section.empty()) {
            throw CLI::ConfigError(
                fmt::format("{}: '{}' is not an option, and there are no sections: write the lines "
                            "below it alone",
                            file, section));
        }
        CLI::Option* option = command.get_option_no_throw("--" + item.name);
        if (!option && owner.get_option_no_throw("--" + item.name)) continue;
        if (!option) {
            throw CLI::ConfigError(fmt::format("{}: '{}' is not an option of `stoa {}`", file,
                                               item.fullname(), owner.get_name()));
        }
        try {
            option->default_val(item.inputs.size() == 1 ? item.inputs.front()
                                                        : CLI::detail::join(item.inputs, ","));
        } catch (const CLI::Error& error) {
            throw CLI::ConfigError(fmt::format("{}: {}: {}", file, item.name, error.what()));
        }
    }
}

}  // namespace stoa
