#pragma once

namespace CLI {
class App;
}

namespace stoa {

/// Adds `--config` to a command.
void add_config_option(CLI::App& command);

/// Takes the defaults of a command's options from the file that `--config FILE` (or STOA_CONFIG) names: lines of
/// `option = value`, `#` begins a comment (TOML). Environment and command line go before. It is the file of `owner`, who
/// may be another command: what that alone has is passed over. Throws std::runtime_error, which names the line's option, for
/// one that neither has.
void take_defaults_from_config_file(CLI::App& command, const CLI::App& owner, int argc,
                                    char** argv);

}  // namespace stoa
