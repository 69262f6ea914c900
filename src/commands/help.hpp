#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace stoa {

/// Help texts that one wants to read: an option's kind of value, what it does, its default; no checks and no
/// variables, which follow a rule that the footer tells.
class HelpFormatter : public CLI::Formatter {
  public:
    HelpFormatter() {
        column_width(28);
        label("OPTIONS", "options");
        label("SUBCOMMAND", "COMMAND");
        label("Subcommands", "Commands");
        label("Positionals", "Arguments");
    }

    std::string make_option_opts(const CLI::Option* option) const override {
        const std::string kind = option->get_type_name();
        return kind.empty() ? "" : " " + kind.substr(0, kind.find(':'));
    }

    std::string make_option_desc(const CLI::Option* option) const override {
        const std::string value = option->get_default_str();
        return option->get_description() + (value.empty() ? "" : " [" + value + "]");
    }
};

}  // namespace stoa
