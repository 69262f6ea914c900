#include "commands/commands.hpp"
#include "commands/site.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace stoa {

void add_openapi(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("openapi", "Print the OpenAPI 3.1 document of the HTTP API");
    const auto services =
        std::make_shared<std::vector<std::string>>(std::begin(kServices), std::end(kServices));
    command->add_option("services", *services, "Only of these services")
        ->check(CLI::IsMember({"posts", "votes", "users", "messages"}));
    command->callback([services] { std::cout << openapi_of(*services) << '\n'; });
}

}  // namespace stoa
