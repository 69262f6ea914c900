#include "commands/data_folder.hpp"

#include "platform/auth/signing_keys.hpp"
#include "platform/auth/token.hpp"
#include "platform/db/folder_lock.hpp"
#include "platform/private_file.hpp"

#include <algorithm>

namespace stoa {

namespace {
constexpr std::string_view kAddressFile = "users.url";
}

void note_address(const SiteOptions& site, const std::string& address) {
    const bool has_users =
        std::find(site.services.begin(), site.services.end(), "users") != site.services.end();
    if (has_users) write_private_file(site.data / kAddressFile, "http://" + address + '\n');
}

std::optional<std::string> running_server(const std::filesystem::path& data) {
    if (!db::FolderLock::is_held(data, "users")) return std::nullopt;
    const std::string url = read_file(data / kAddressFile);
    return url.substr(0, url.find('\n'));
}

std::string operator_token(const std::filesystem::path& data, const std::filesystem::path& keys) {
    const auto now = unix_now();
    const auto all = SigningKeys::load(keys.empty() ? default_keys(data) : keys);
    return sign_token({Username("operator"), Role::admin, ""}, all.signer(now), now,
                      std::chrono::hours(1));
}

}  // namespace stoa
