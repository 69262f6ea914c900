#pragma once

#include "commands/site.hpp"
#include "platform/json/timestamp.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace stoa {

/// The data folder that a command works on, its keys, and the database if its data are in one.
struct DataFolder {
    std::filesystem::path path = "./data";
    std::filesystem::path keys = {};  ///< empty: default_keys()
    std::string database = {};        ///< as DatabaseOptions::uri

    std::filesystem::path keys_file() const { return keys.empty() ? default_keys(path) : keys; }
};

/// Adds `--data`, `--keys` and `--config` to a command.
void add_data_folder_options(CLI::App& command, DataFolder& folder);

/// Adds `--data` and `--database`, each with its environment variable, and `--config`.
void add_place_options(CLI::App& command, DataFolder& folder);

/// Adds `--database`; gives the option.
CLI::Option* add_database_option(CLI::App& command, DataFolder& folder);

/// To be called by a command before it works on a data folder: root becomes its owner. Throws std::runtime_error if the data are not there any
/// more, but in PostgreSQL.
void enter(const DataFolder& folder);

/// Says in a data folder that its data are in PostgreSQL now, so that nobody goes on with the files unknowingly; or that they aren't.
void note_moved(const std::filesystem::path& folder, bool is_moved);

/// Throws std::runtime_error if the data are in PostgreSQL, and it is not given.
void must_be_here(const DataFolder& folder);

/// Notes in a data folder when the newest backup that was made of it began (RFC 3339).
void note_backup(const std::filesystem::path& folder, std::string_view begun_at);

/// What was noted; nothing if nothing was.
std::optional<Timestamp> last_backup(const std::filesystem::path& folder);

/// Notes in the data folder where the process that serves the users on it can be reached, for running_server().
void note_address(const SiteOptions& site, const std::string& address);

/// The URL of the server that has a data folder for itself, if one does. (A database is nobody's alone.) Throws std::runtime_error if the folder is in use, but by none
/// that can be asked: by another command, or by a server that has just begun to start.
std::optional<std::string> running_server(const DataFolder& folder);

/// Tokens for a service of the site itself, without an account. Throws as operator_token() does.
class OwnToken {
  public:
    OwnToken(std::filesystem::path keys, std::string_view service)
        : keys_(std::move(keys)), service_(service) {}

    /// One that is good for half a minute at least.
    std::string operator()();

  private:
    std::filesystem::path keys_;
    std::string service_;
    std::string token_;
    std::int64_t made_at_ = 0;  ///< in Unix time
};

/// A token for whoever may read a data folder's keys: an admin's, without an account, good for a minute. Throws
/// std::runtime_error, with what to do, if the keys can't be used.
std::string operator_token(const DataFolder& folder);

}  // namespace stoa
