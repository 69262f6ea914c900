#pragma once

#include <string>

namespace stoa {

/// A new password: from a terminal, where it is asked for twice and not shown, else a line of standard input. Throws
/// std::runtime_error if there is none, or if the two differ.
std::string read_new_password();

}  // namespace stoa
