#include "commands/commands.hpp"
#include "commands/config_file.hpp"
#include "commands/help.hpp"
#include "commands/version_text.hpp"
#include "platform/ops/log.hpp"

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include <cstdio>
#include <exception>

namespace {

/// CLI11 says of a command it does not know that one is needed, and takes what follows an unknown option for an
/// argument: here the culprit is named. Gives the command.
CLI::App& name_the_unknown(CLI::App& app, int argc, char** argv) {
    CLI::App* command = &app;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--") break;
        if (argument.starts_with("--")) {
            const std::string name = argument.substr(0, argument.find('='));
            if (!command->get_option_no_throw(name)) throw CLI::ExtrasError({name});
        } else if (!argument.starts_with("-") && command->get_require_subcommand_min() > 0) {
            const auto named = command->get_subcommands(
                [&](const CLI::App* known) { return known->get_name() == argument; });
            if (named.empty()) throw CLI::ExtrasError({argument});
            command = named.front();
        }
    }
    return *command;
}

int run(int argc, char** argv) {
    stoa::set_up_log();
    umask(077);  // what is stored is for the owner alone
    CLI::App app("Stoa: the back end of a community site (posts, votes, users, messages)", "stoa");
    app.set_version_flag("--version", stoa::version_text(),
                         "Print the version, the commit, and the libraries' versions");
    app.set_help_flag("-h,--help", "Print this help");
    app.require_subcommand(1);
    app.formatter(std::make_shared<stoa::HelpFormatter>());
    app.footer(
        "Try:\n"
        "  stoa serve                     everything on http://127.0.0.1:8080, data in ./data\n"
        "  stoa serve --help              all its options\n"
        "  curl 127.0.0.1:8080/docs       the API, to be read in a browser");
    stoa::add_serve(app);
    stoa::add_user(app);
    stoa::add_keys(app);
    stoa::add_import(app);
    stoa::add_check(app);
    stoa::add_backup(app);
    stoa::add_verify_backup(app);
    stoa::add_restore(app);
    stoa::add_migrate(app);
    stoa::add_vacuum(app);
    stoa::add_migrate_data(app);
    stoa::add_openapi(app);
    stoa::add_status(app);
    stoa::add_describe(app);
    try {
        CLI::App& command = name_the_unknown(app, argc, argv);
        if (command.get_option_no_throw("--config")) {
            stoa::take_defaults_from_config_file(command, *app.get_subcommand("serve"), argc, argv);
        }
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "stoa: %s\n", error.what());
        return 1;
    }
}
