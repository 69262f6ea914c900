#include "commands/databases.hpp"

#include "messages/store.hpp"
#include "platform/http/idempotency.hpp"
#include "posts/store.hpp"
#include "users/store.hpp"
#include "votes/store.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace stoa {

namespace {

struct Facts {
    std::string_view service;
    std::array<std::string_view, 2> migrations;
    std::span<const db::Rule> (*rules)();
};

const Facts kFacts[] = {
    {"posts", {http::kIdempotencySchema, "posts/schema/sqlite"}, posts::Store::rules},
    {"votes", {http::kIdempotencySchema, "votes/schema/sqlite"}, votes::Store::rules},
    {"users", {http::kIdempotencySchema, "users/schema/sqlite"}, users::Store::rules},
    {"messages", {http::kIdempotencySchema, "messages/schema/sqlite"}, messages::Store::rules},
};

const Facts& facts_of(std::string_view service) {
    return *std::find_if(std::begin(kFacts), std::end(kFacts),
                         [&](const Facts& facts) { return facts.service == service; });
}

}  // namespace

db::sqlite::Options database_of(std::string_view service, const std::filesystem::path& data) {
    const Facts& facts = facts_of(service);
    return {.folder = data, .name = facts.service, .migrations = facts.migrations};
}

std::span<const db::Rule> rules_of(std::string_view service) { return facts_of(service).rules(); }

}  // namespace stoa
