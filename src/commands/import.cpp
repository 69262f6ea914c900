#include "commands/commands.hpp"

namespace stoa {
void add_import(CLI::App&) {}
}  // namespace stoa
