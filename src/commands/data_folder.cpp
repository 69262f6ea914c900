#include "commands/data_folder.hpp"

#include "commands/config_file.hpp"
#include "platform/auth/signing_keys.hpp"
#include "platform/auth/token.hpp"
#include "platform/db/folder_lock.hpp"
#include "platform/private_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace stoa {

namespace {

constexpr std::string_view kAddressFile = "users.url";  // PID URL
constexpr std::string_view kMovedFile = "moved-to-postgresql";
constexpr std::string_view kLastBackupFile = "last-backup";  // when it began

/// A token without an account, good for a minute.
std::string own_token(const std::filesystem::path& keys, std::string_view name, Role role) {
    const auto now = unix_now();
    const auto all = SigningKeys::load(keys);
    return sign_token({Username(name), role, ""}, all.signer(now), now, std::chrono::minutes(1));
}

}  // namespace

void add_data_folder_options(CLI::App& command, DataFolder& folder) {
    command.add_option("--data", folder.path, "Data folder of the users service")
        ->envname("STOA_DATA")
        ->type_name("DIR")
        ->capture_default_str();
    command.add_option("--keys", folder.keys, "The keys' file [keys.json among the data]")
        ->envname("STOA_KEYS")
        ->type_name("FILE");
    add_config_option(command);
}

void add_place_options(CLI::App& command, DataFolder& folder) {
    command.add_option("--data", folder.path, "Data folder")
        ->envname("STOA_DATA")
        ->type_name("DIR")
        ->capture_default_str();
    add_database_option(command, folder)->envname("STOA_DATABASE");
    add_config_option(command);
}

CLI::Option* add_database_option(CLI::App& command, DataFolder& folder) {
    return command
        .add_option("--database", folder.database,
                    "PostgreSQL database that the data are in, if they are")
        ->type_name("URI");
}

void must_be_here(const DataFolder& folder) {
    if (!folder.database.empty() || !std::filesystem::exists(folder.path / kMovedFile)) return;
    throw std::runtime_error(
        fmt::format("the data of '{}' have been moved to PostgreSQL: give its URI with --database, "
                    "or in STOA_DATABASE. (If they are to be used as they were before, start "
                    "'stoa serve' on them first.)",
                    folder.path.string()));
}

void enter(const DataFolder& folder) {
    must_be_here(folder);
    // A database asks who connects to it.
    if (folder.database.empty()) become_owner_of(folder.path);
}

void note_moved(const std::filesystem::path& folder, bool is_moved) {
    if (is_moved) {
        write_private_file(folder / kMovedFile,
                           "The data are in PostgreSQL: see stoa migrate-data --help\n");
    } else {
        std::error_code is_not_there;
        std::filesystem::remove(folder / kMovedFile, is_not_there);
    }
}

void note_backup(const std::filesystem::path& folder, std::string_view begun_at) {
    write_private_file(folder / kLastBackupFile, fmt::format("{}\n", begun_at));
}

std::optional<Timestamp> last_backup(const std::filesystem::path& folder) {
    try {
        std::string noted = read_plain_file(folder / kLastBackupFile);
        return Timestamp::parse(noted.substr(0, noted.find('\n')));
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

void note_address(const SiteOptions& site, const std::string& address) {
    const bool has_users =
        std::find(site.services.begin(), site.services.end(), "users") != site.services.end();
    if (!has_users) return;
    write_private_file(site.data / kAddressFile, fmt::format("{} http://{}\n", getpid(), address));
}

std::optional<std::string> running_server(const DataFolder& folder) {
    if (!folder.database.empty()) return std::nullopt;
    const auto holder = db::FolderLock::holder(folder.path, "users");
    if (!holder) return std::nullopt;
    // The address must be the holder's: a token goes there, and at another's somebody else may listen by now.
    const auto file = folder.path / kAddressFile;
    const std::string noted = std::filesystem::exists(file) ? read_file(file) : "";
    const std::string before = *holder + " ";
    if (!noted.starts_with(before)) {
        throw std::runtime_error(
            fmt::format("the data folder '{}' is in use by process {}, which can't be asked: "
                        "another command, or a server "
                        "that has just been started; try again when it is done",
                        folder.path.string(), *holder));
    }
    return noted.substr(before.size(), noted.find('\n') - before.size());
}

std::string operator_token(const DataFolder& folder) {
    return own_token(folder.keys_file(), "operator", Role::admin);
}

std::string OwnToken::operator()() {
    const auto now = unix_now();
    const bool is_fresh = !token_.empty() && now >= made_at_ && now < made_at_ + 30;
    if (!is_fresh) {
        std::error_code error;
        if (!std::filesystem::exists(keys_, error)) {
            throw std::runtime_error(fmt::format(
                "that takes the users service's keys, which are not at '{}': see --keys",
                keys_.string()));
        }
        token_ = own_token(keys_, service_, Role::service);
        made_at_ = now;
    }
    return token_;
}

}  // namespace stoa
