#include "commands/databases.hpp"

#include "messages/store.hpp"
#include "platform/http/idempotency.hpp"
#include "posts/store.hpp"
#include "users/store.hpp"
#include "votes/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace stoa {

namespace {

struct Facts {
    std::string_view service;
    std::span<const db::Rule> (*rules)();
};

const Facts kFacts[] = {
    {"posts", posts::Store::rules},
    {"votes", votes::Store::rules},
    {"users", users::Store::rules},
    {"messages", messages::Store::rules},
};

const Facts& facts_of(std::string_view service) {
    return *std::find_if(std::begin(kFacts), std::end(kFacts),
                         [&](const Facts& facts) { return facts.service == service; });
}

/// The folders of a service's schema steps.
std::vector<std::string> migrations_of(std::string_view service, std::string_view engine) {
    return {fmt::format("{}/{}", http::kIdempotencySchema, engine),
            fmt::format("{}/schema/{}", service, engine)};
}

}  // namespace

db::sqlite::Options database_of(std::string_view service, const std::filesystem::path& data) {
    return {.folder = data,
            .name = facts_of(service).service,
            .migrations = migrations_of(service, "sqlite")};
}

db::postgres::Options database_at(std::string_view service, const std::string& uri) {
    return {.uri = uri,
            .name = facts_of(service).service,
            .migrations = migrations_of(service, "postgres")};
}

std::span<const db::Rule> rules_of(std::string_view service) { return facts_of(service).rules(); }

}  // namespace stoa
