#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// The command line in other forms, made from the one place where it is said: the options' own descriptions.
namespace stoa::description {

/// `stoa.1`, for man(1): every command with all its options.
std::string man_page(const CLI::App& app, const std::string& version);

/// For bash: the names of commands and options, their choices, files and folders.
std::string completion(const CLI::App& app);

/// A file for `--config`, with every option of a command, its default behind a `#`. `settings` are lines that hold:
/// OPTION=VALUE. Throws std::runtime_error for an option that the command does not have.
std::string configuration(const CLI::App& command, const std::vector<std::string>& settings);

/// What is common to these: the commands and options that help lists, too.
std::vector<const CLI::App*> commands_of(const CLI::App& app);
std::vector<const CLI::Option*> options_of(const CLI::App& command);

/// "DIR", "required|open"; empty for a flag.
std::string kind_of(const CLI::Option& option);

/// The only words that it takes; none: others.
std::vector<std::string> choices_of(const CLI::Option& option);

}  // namespace stoa::description
