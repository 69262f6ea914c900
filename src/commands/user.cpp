#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "commands/own_server.hpp"
#include "commands/password_input.hpp"
#include "platform/http/client.hpp"
#include "platform/json/read.hpp"
#include "platform/json/write.hpp"
#include "users/types.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace stoa {

namespace {

namespace bj = boost::json;

struct UserOptions {
    DataFolder folder;
    std::string name, email, role = "member";
    bool is_admin = false;
    bool as_json = false;
};

/// The users service of a data folder, asked as an admin: the server that runs on it, else one of this process.
class Users {
  public:
    explicit Users(const UserOptions& options) {
        spdlog::set_level(spdlog::level::warn);
        auto url = running_server(options.folder);
        if (!url) {
            const std::vector<std::string> services{"users"};
            url = own_.emplace(services, options.folder).url();
        }
        client_.emplace(*url, [folder = options.folder] { return operator_token(folder); });
    }

    /// The answer's object. Throws std::runtime_error, with the service's reasons, if it refuses.
    bj::value ask(std::string method, std::string path, const bj::value& body = {}) {
        const auto answer = client_->ask(std::move(method), "/api/v1" + path,
                                         body.is_null() ? "" : bj::serialize(body));
        if (!answer)
            throw std::runtime_error("the server that runs on the data folder does not answer");
        bj::value object = json::parse(answer->body);
        if (answer->status >= 300) throw std::runtime_error(reasons(object));
        return object;
    }

  private:
    static std::string reasons(const bj::value& problem) {
        const auto* faults = problem.as_object().if_contains("errors");
        if (!faults) return std::string(problem.at("detail").as_string());
        std::string all;
        for (const bj::value& fault : faults->as_array()) {
            const std::string pointer(fault.at("pointer").as_string());
            all += fmt::format("{}{} {}", all.empty() ? "" : "; ", pointer.substr(1),
                               std::string_view(fault.at("detail").as_string()));
        }
        return all;
    }

    std::optional<OwnServer> own_;
    std::optional<http::BlockingClient> client_;
};

std::string path_of(const UserOptions& options, std::string_view collection = "users") {
    if (Username::fault(options.name)) {
        throw std::runtime_error(fmt::format("'{}' is no username", options.name));
    }
    return fmt::format("/{}/{}", collection, options.name);
}

void create(const UserOptions& options) {
    const std::string password = read_new_password();
    const std::string role = options.is_admin ? "admin" : options.role;
    Users users(options);
    users.ask("POST", "/users",
              {{"username", options.name}, {"email", options.email}, {"password", password}});
    if (role != "member")
        users.ask("PUT", path_of(options, "accounts") + "/role", {{"role", role}});
    fmt::print("{} is a user now, with the role {}.\n", options.name, role);
}

void deactivate(const UserOptions& options) {
    Users(options).ask("DELETE", path_of(options));
    fmt::print(
        "{0} is deactivated. `stoa user reactivate {0}` undoes it, until the email and the "
        "password are wiped.\n",
        options.name);
}

void reactivate(const UserOptions& options) {
    Users(options).ask("POST", path_of(options, "accounts") + "/reactivation");
    fmt::print("{} is back.\n", options.name);
}

void set_password(const UserOptions& options) {
    const std::string place = path_of(options) + "/password";
    const std::string password = read_new_password();
    Users(options).ask("PUT", place, {{"new", password}});
    fmt::print("{} has a new password, and is logged out everywhere.\n", options.name);
}

void set_role(const UserOptions& options) {
    Users(options).ask("PUT", path_of(options, "accounts") + "/role", {{"role", options.role}});
    fmt::print("{} has the role {} now, and has to log in again.\n", options.name, options.role);
}

std::string text_of(const bj::value& value) {
    return value.is_string() ? std::string(value.as_string())
           : value.is_null() ? "-"
                             : bj::serialize(value);
}

void print(const bj::value& account) {
    const auto text = [&](const char* name) { return text_of(account.at(name)); };
    fmt::print("{:<20}  {:<9}  {:>7}  {:<10}  {}{}\n", text("username"), text("role"),
               text("karma"), text("created_at").substr(0, 10), text("email"),
               account.at("deactivated_at").is_null()
                   ? ""
                   : fmt::format("  deactivated {}", text("deactivated_at").substr(0, 10)));
}

/// So that a wrong folder is not taken for an empty site, and made one.
void must_have_users(const DataFolder& folder) {
    if (!folder.database.empty()) return;
    const auto file = db::sqlite::database_file(database_of("users", folder.path));
    if (std::filesystem::exists(file)) return;
    throw std::runtime_error(
        fmt::format("there is no database of users in '{}': choose another folder with --data",
                    folder.path.string()));
}

void list(const UserOptions& options) {
    Users users(options);
    bool is_first = true;
    for (std::string path = "/accounts?limit=100"; !path.empty(); is_first = false) {
        const bj::value page = users.ask("GET", path);
        if (is_first && !options.as_json) {
            fmt::print("{:<20}  {:<9}  {:>7}  {:<10}  {}\n", "username", "role", "karma", "since",
                       "email");
        }
        for (const bj::value& account : page.at("items").as_array()) {
            if (options.as_json) {
                fmt::print("{}\n", bj::serialize(account));
            } else {
                print(account);
            }
        }
        const auto* next = page.at("next").if_string();
        path = next ? std::string(*next).substr(std::string_view("/api/v1").size()) : "";
    }
}

const CLI::IsMember kRoles({"member", "moderator", "admin", "service"});

}  // namespace

void add_user(CLI::App& app) {
    CLI::App* user = app.add_subcommand("user", "Make, change and list accounts");
    user->require_subcommand(1);
    const auto options = std::make_shared<UserOptions>();
    const auto add = [&](const char* name, const char* help, void (*what)(const UserOptions&)) {
        CLI::App* command = user->add_subcommand(name, help);
        add_data_folder_options(*command, options->folder);
        add_database_option(*command, options->folder)->envname("STOA_DATABASE");
        command->callback([options, what] {
            enter(options->folder);
            if (what != create) must_have_users(options->folder);
            what(*options);
        });
        return command;
    };
    const auto add_for_one = [&](const char* name, const char* help,
                                 void (*what)(const UserOptions&)) {
        CLI::App* command = add(name, help, what);
        command->add_option("name", options->name, "The username")->required()->type_name("");
        return command;
    };
    const char* password =
        "The password is read from the terminal, or is a line of standard input; never an "
        "argument, which others could see.";
    CLI::App* made = add_for_one("create", "Make an account", create);
    made->add_option("--email", options->email, "Its email")->required()->type_name("ADDRESS");
    auto* role = made->add_option("--role", options->role, "member, moderator, admin or service")
                     ->type_name("ROLE")
                     ->check(kRoles)
                     ->capture_default_str();
    made->add_flag("--admin", options->is_admin, "The same as --role admin")->excludes(role);
    made->footer(password);
    add_for_one("password", "Set a new password, without the old one", set_password)
        ->footer(password);
    add_for_one("role", "Set the role", set_role)
        ->add_option("role", options->role, "member, moderator, admin or service")
        ->required()
        ->type_name("")
        ->check(kRoles);
    add_for_one("deactivate", "Deactivate an account", deactivate);
    add_for_one("reactivate", "Undo that", reactivate);
    add("list", "List all accounts, newest first", list)
        ->add_flag("--json", options->as_json, "A line of JSON for each");
    user->footer("These work whether a server runs on the data folder or not.");
}

}  // namespace stoa
