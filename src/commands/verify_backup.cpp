#include "commands/backup/verification.hpp"
#include "commands/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace stoa {

void add_verify_backup(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("verify-backup", "Check a backup: whole, and in agreement with itself");
    const auto from = std::make_shared<std::filesystem::path>();
    command->add_option("FROM", *from, "The backup's folder")->type_name("")->required();
    command->footer(
        "Compares each file with the checksum that was noted when it was written, and looks at "
        "the\n"
        "databases as 'stoa check' does. Changes nothing. Ends with 0 if all is well, with 1 if "
        "not.");
    command->callback([from] {
        spdlog::set_level(spdlog::level::warn);
        verify_backup(*from, read_manifest(*from));
        fmt::print("The backup is good.\n");
    });
}

}  // namespace stoa
