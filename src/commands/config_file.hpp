#pragma once

namespace CLI {
class App;
}

namespace stoa {

/// Takes the defaults of a command's options from the file that `--config FILE` (or STOA_CONFIG) names: lines of
/// `option = value`, `#` begins a comment (TOML). Environment and command line go before. Throws
/// std::runtime_error, which names the line's option, for one the command does not have.
void take_defaults_from_config_file(CLI::App& command, int argc, char** argv);

}  // namespace stoa
