#include "commands/describe/description.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace stoa::description {

namespace {

/// The cases of the script, of one command after the other.
struct Cases {
    std::string commands;  ///< a word that follows a path, and so leads on
    std::string values;    ///< of what follows an option
    std::string words;     ///< of what may stand anywhere else
};

/// What bash's compgen is asked for an option's value; empty: nothing is known of it.
std::string compgen(const CLI::Option& option) {
    const auto choices = choices_of(option);
    const std::string kind = kind_of(option);
    if (!choices.empty()) return fmt::format("-W '{}'", fmt::join(choices, " "));
    if (kind == "DIR") return "-d";
    if (kind == "FILE") return "-f";
    return "";
}

void add(const CLI::App& command, const std::string& path, Cases& cases) {
    std::vector<std::string> words;
    for (const CLI::Option* option : options_of(command)) {
        if (!option->nonpositional()) {
            for (const std::string& choice : choices_of(*option)) words.push_back(choice);
            continue;
        }
        for (const std::string& name : option->get_lnames()) {
            words.push_back("--" + name);
            if (option->get_items_expected_max() == 0) continue;
            const std::string known = compgen(*option);
            cases.values += fmt::format(
                "        {}:--{}) {}return ;;\n", path, name,
                known.empty() ? ""
                              : fmt::format("COMPREPLY=($(compgen {} -- \"$word\")); ", known));
        }
    }
    for (const CLI::App* below : commands_of(command)) {
        const std::string deeper = path + "/" + below->get_name();
        words.push_back(below->get_name());
        cases.commands += fmt::format("            {}) path={} ;;\n", deeper, deeper);
        add(*below, deeper, cases);
    }
    cases.words += fmt::format("        {}) words='{}' ;;\n", path, fmt::join(words, " "));
}

}  // namespace

std::string completion(const CLI::App& app) {
    Cases cases;
    add(app, app.get_name(), cases);
    return fmt::format(R"(# bash completion for {0}
_{0}() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} option=${{COMP_WORDS[COMP_CWORD - 1]}} path={0} words='' each
    if [[ $word == = ]]; then
        word=
    elif [[ $option == = ]]; then
        option=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    for each in "${{COMP_WORDS[@]:1:COMP_CWORD - 1}}"; do
        case $path/$each in
{1}        esac
    done
    case $path:$option in
{2}    esac
    case $path in
{3}    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o bashdefault -o default -F _{0} {0}
)",
                       app.get_name(), cases.commands, cases.values, cases.words);
}

}  // namespace stoa::description
