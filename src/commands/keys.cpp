#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/private_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace stoa {

namespace {

struct KeysOptions {
    DataFolder folder;
    std::int64_t lifetime = 900;
    bool at_once = false;
};

std::string time_of(UnixSeconds time) { return Timestamp{time * 1'000}.str(); }

void print(const SigningKeys& keys, std::chrono::seconds lifetime) {
    const auto now = unix_now();
    for (const SigningKey& key : keys.keys()) {
        const bool is_first = &key == &keys.keys().front();
        const auto signs_from =
            is_first ? key.made_at : key.made_at + SigningKeys::kPublishedAhead.count();
        const auto until = keys.accepted_until(key, lifetime);
        const bool signs = &key == &keys.signer(now);
        const char* state = signs              ? "signs now"
                            : signs_from > now ? "will sign"
                            : until > now      ? "signs no more"
                                               : "is no longer accepted";
        fmt::print("{}  made {}  {}", key.public_key.id, time_of(key.made_at), state);
        if (signs_from > now) fmt::print(" from {}", time_of(signs_from));
        if (until != 0) fmt::print(", accepted until {}", time_of(until));
        fmt::print("\n");
    }
}

void add_common(CLI::App& command, KeysOptions& options) {
    add_data_folder_options(command, options.folder);
    command
        .add_option("--token-lifetime", options.lifetime,
                    "As the server has it, for the times told")
        ->envname("STOA_TOKEN_LIFETIME")
        ->type_name("SECONDS")
        ->check(CLI::Range(UnixSeconds{1}, kLongestTokenLife))
        ->capture_default_str();
}

}  // namespace

void add_keys(CLI::App& app) {
    CLI::App* keys = app.add_subcommand("keys", "The keys that tokens are signed with");
    keys->require_subcommand(1);
    const auto options = std::make_shared<KeysOptions>();

    CLI::App* list = keys->add_subcommand("list", "List them");
    add_common(*list, *options);
    list->callback([options] {
        become_owner_of(options->folder.path);
        print(SigningKeys::load(options->folder.keys_file()),
              std::chrono::seconds(options->lifetime));
    });

    CLI::App* rotate = keys->add_subcommand("rotate", "Make a new one");
    add_common(*rotate, *options);
    rotate->add_flag("--now", options->at_once,
                     "After a theft: the old ones are dropped at once, and every token with them");
    rotate->footer(
        "The new key is published at once and signs after five minutes, when every process knows "
        "it. The old one\n"
        "is accepted until the last token that it can have signed has run out, so nobody notices.\n"
        "A running server takes up the new key by itself, within seconds.");
    rotate->callback([options] {
        become_owner_of(options->folder.path);
        print(SigningKeys::rotate(options->folder.keys_file(), options->at_once),
              std::chrono::seconds(options->lifetime));
    });
}

}  // namespace stoa
