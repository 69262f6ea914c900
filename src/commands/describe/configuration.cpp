#include "commands/describe/description.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace stoa::description {

namespace {

constexpr std::size_t kWidth = 100;

/// Lines of a comment.
std::string comment(const std::string& text) {
    std::string out;
    std::string line = "#";
    for (const std::string& word : CLI::detail::split(text, ' ')) {
        if (line.size() + 1 + word.size() > kWidth) {
            out += line + "\n";
            line = "#";
        }
        line += " " + word;
    }
    return out + line + "\n";
}

/// A number, or a text in quotes.
std::string toml(const std::string& value) {
    double number = 0;
    return CLI::detail::lexical_cast(value, number) ? value : fmt::format("\"{}\"", value);
}

/// What an option does, and what it takes where that is not said otherwise.
std::string explanation(const CLI::Option& option) {
    const std::string& text = option.get_description();
    const auto choices = choices_of(option);
    const bool has_all = std::all_of(
        choices.begin(), choices.end(),
        [&](const std::string& choice) { return text.find(choice) != std::string::npos; });
    if (!has_all) return fmt::format("{} ({})", text, fmt::join(choices, ", "));
    const bool takes_values = choices.empty() && !option.get_default_str().empty();
    return takes_values ? fmt::format("{} ({})", text, kind_of(option)) : text;
}

std::map<std::string, std::string> taken_apart(const std::vector<std::string>& settings) {
    std::map<std::string, std::string> values;
    for (const std::string& setting : settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos)
            throw std::runtime_error(fmt::format("'{}' is not OPTION=VALUE", setting));
        values[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
    return values;
}

}  // namespace

std::string configuration(const CLI::App& command, const std::vector<std::string>& settings) {
    auto values = taken_apart(settings);
    std::string text = comment(fmt::format(
        "What `{} {}` is told: every option with its default. To change one, take its "
        "# away. Flags and environment variables (--max-body, STOA_MAX_BODY) go before.",
        command.get_parent()->get_name(), command.get_name()));
    std::string group;
    for (const CLI::Option* option : options_of(command)) {
        if (!option->nonpositional() || option->get_envname().empty() ||
            option->check_lname("config"))
            continue;
        if (option->get_group() != group) {
            group = option->get_group();
            text += fmt::format("\n\n### {}\n", group);
        }
        const std::string& name = option->get_lnames().front();
        const auto set = values.extract(name);
        const std::string standard = option->get_default_str();
        const std::string value = set                ? toml(set.mapped())
                                  : standard.empty() ? kind_of(*option)
                                                     : toml(standard);
        text += "\n" + comment(explanation(*option));
        text += fmt::format("{}{} = {}\n", set ? "" : "#", name, value);
    }
    if (!values.empty())
        throw std::runtime_error(fmt::format("'{}' is not an option of `stoa {}`",
                                             values.begin()->first, command.get_name()));
    return text;
}

}  // namespace stoa::description
