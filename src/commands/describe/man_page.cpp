#include "commands/describe/description.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <string_view>

namespace stoa::description {

namespace {

/// As man(7) wants it: no character is an instruction, and a hyphen is one that can be searched for.
std::string escaped(std::string_view text) {
    std::string out;
    bool begins_line = true;
    for (const char c : text) {
        if (begins_line && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
        begins_line = c == '\n';
    }
    return out;
}

std::string heading(const CLI::Option& option) {
    const std::string kind = kind_of(option);
    if (!option.nonpositional()) {
        return fmt::format("\\fI{}\\fR", escaped(option.get_name(true)));
    }
    std::string names;
    for (const std::string& name : option.get_snames()) {
        names += fmt::format(R"({}\fB\-{}\fR)", names.empty() ? "" : ", ", escaped(name));
    }
    for (const std::string& name : option.get_lnames()) {
        names += fmt::format(R"({}\fB\-\-{}\fR)", names.empty() ? "" : ", ", escaped(name));
    }
    return kind.empty() ? names : fmt::format("{} \\fI{}\\fR", names, escaped(kind));
}

std::string entry(const CLI::Option& option) {
    std::string text = escaped(option.get_description());
    if (!option.get_default_str().empty()) {
        text += fmt::format(" [{}]", escaped(option.get_default_str()));
    }
    if (!option.get_envname().empty()) {
        text += fmt::format("\n.br\nEnvironment: \\fB{}\\fR", escaped(option.get_envname()));
    }
    return fmt::format(".TP\n{}\n{}\n", heading(option), text);
}

/// What follows the options, with its lines as they are.
std::string remarks(const CLI::App& command) {
    const std::string footer = command.get_footer();
    return footer.empty() ? "" : fmt::format(".PP\n.nf\n{}\n.fi\n", escaped(footer));
}

std::string synopsis(const CLI::App& command, const std::string& path) {
    std::string line = fmt::format("\\fB{}\\fR [\\fIOPTION\\fR]…", escaped(path));
    for (const CLI::Option* option : options_of(command)) {
        if (option->nonpositional()) continue;
        const std::string name = fmt::format("\\fI{}\\fR", escaped(option->get_name(true)));
        const std::string several = option->get_items_expected_max() > 1 ? "…" : "";
        line += option->get_required() ? fmt::format(" {}{}", name, several)
                                       : fmt::format(" [{}{}]", name, several);
    }
    return line;
}

/// A section for each command that does something itself, in the order of help.
std::string sections(const CLI::App& app, const std::string& path) {
    std::string page;
    for (const CLI::App* command : commands_of(app)) {
        const std::string full = path + " " + command->get_name();
        if (commands_of(*command).empty()) {
            page += fmt::format(".SS {}\n{}\n.PP\n{}.\n", escaped(full), synopsis(*command, full),
                                escaped(command->get_description()));
            std::string group;
            for (const CLI::Option* option : options_of(*command)) {
                if (option->check_lname("help")) continue;
                if (option->nonpositional() && option->get_group() != group) {
                    group = option->get_group();
                    if (group != "Options")
                        page += fmt::format(".PP\n\\fI{}\\fR\n", escaped(group));
                }
                page += entry(*option);
            }
        } else {
            page += sections(*command, full);
        }
        page += remarks(*command);
    }
    return page;
}

}  // namespace

std::string man_page(const CLI::App& app, const std::string& version) {
    const std::string description = app.get_description();
    const auto colon = description.find(": ");
    std::string page = fmt::format(
        ".TH STOA 1 \"\" \"stoa {0}\" \"User Commands\"\n"
        ".SH NAME\n{1} \\- {2}\n"
        ".SH SYNOPSIS\n\\fB{1}\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]…\n"
        ".SH DESCRIPTION\n{3}.\n",
        escaped(version), escaped(app.get_name()), escaped(description.substr(colon + 2)),
        escaped(description));
    page += remarks(app) + ".SH OPTIONS\n";
    for (const CLI::Option* option : options_of(app)) page += entry(*option);
    page += ".SH COMMANDS\n" + sections(app, app.get_name());
    page +=
        ".SH EXIT STATUS\n"
        ".TP\n0\nAll went well.\n.TP\n1\nIt could not be done; standard error says why.\n"
        ".TP\n2\nThe command line, or a value in the environment, was wrong.\n";
    return page;
}

}  // namespace stoa::description
