#include "commands/commands.hpp"
#include "commands/describe/description.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace stoa {

void add_describe(CLI::App& app) {
    CLI::App* describe = app.add_subcommand(
        "describe", "Print the command line as a man page, completion or configuration");
    describe->group("");  // for who makes packages
    describe->require_subcommand(1);
    describe->add_subcommand("man", "stoa.1")->callback([&app] {
        std::cout << description::man_page(app, kVersion);
    });
    describe->add_subcommand("completion", "For bash")->callback([&app] {
        std::cout << description::completion(app);
    });
    const auto settings = std::make_shared<std::vector<std::string>>();
    CLI::App* configuration =
        describe->add_subcommand("config", "A file for `stoa serve --config`");
    configuration->add_option("settings", *settings, "Lines that hold: OPTION=VALUE");
    configuration->callback([&app, settings] {
        std::cout << description::configuration(*app.get_subcommand("serve"), *settings);
    });
}

}  // namespace stoa
