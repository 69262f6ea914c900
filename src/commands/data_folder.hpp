#pragma once

#include "commands/site.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace stoa {

/// Notes in the data folder where the process that serves the users on it can be reached, for running_server().
void note_address(const SiteOptions& site, const std::string& address);

/// The URL of the server that runs on a data folder, if one does.
std::optional<std::string> running_server(const std::filesystem::path& data);

/// A token for whoever may read a data folder's keys: an admin's, without an account, good for an hour. `keys`: as
/// SiteOptions::keys. Throws std::runtime_error, with what to do, if they can't be used.
std::string operator_token(const std::filesystem::path& data,
                           const std::filesystem::path& keys = {});

}  // namespace stoa
