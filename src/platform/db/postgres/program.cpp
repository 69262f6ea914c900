#include "platform/db/postgres/program.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace stoa::db::postgres {

namespace {

/// Each setting that the URI gives and libpq also takes from the environment.
void for_each_setting(const std::string& uri,
                      const std::function<void(std::string_view keyword, std::string_view variable,
                                               std::string_view value)>& on_setting) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(uri.c_str(), nullptr), PQconninfoFree);
    for (const auto* option = options.get(); option && option->keyword; ++option) {
        if (!option->val || !*option->val) continue;
        on_setting(option->keyword, option->envvar ? option->envvar : "", option->val);
    }
}

std::vector<std::string> environment_for(const std::string& uri) {
    std::vector<std::string> settings;
    for_each_setting(uri, [&](std::string_view, std::string_view variable, std::string_view value) {
        if (!variable.empty()) settings.push_back(fmt::format("{}={}", variable, value));
    });
    const auto is_set = [&](std::string_view variable) {
        for (const std::string& setting : settings) {
            if (setting.starts_with(variable.substr(0, variable.find('=') + 1))) return true;
        }
        return false;
    };
    for (char** variable = environ; *variable; ++variable) {
        if (!is_set(*variable)) settings.emplace_back(*variable);
    }
    return settings;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace

void run(const Program& program) {
    std::vector<std::string> arguments = program.arguments;
    arguments.insert(arguments.begin(), program.name);
    std::vector<std::string> environment = environment_for(program.uri);
    pid_t process = 0;
    const int error = ::posix_spawnp(&process, program.name.c_str(), nullptr, nullptr,
                                     pointers(arguments).data(), pointers(environment).data());
    if (error != 0) {
        throw std::runtime_error(
            fmt::format("can't run '{}', which this takes ({}): install PostgreSQL's client "
                        "programs, of the server's version or a later one (apt install "
                        "postgresql-client)",
                        program.name, std::generic_category().message(error)));
    }
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    throw std::runtime_error(fmt::format("{} has failed: its reason stands above", program.name));
}

std::string database_name(const std::string& uri) {
    std::string name;
    for_each_setting(uri, [&](std::string_view keyword, std::string_view, std::string_view value) {
        if (keyword == "dbname") name = value;
    });
    return name;
}

}  // namespace stoa::db::postgres
