#include "commands/databases.hpp"

#include "messages/store.hpp"
#include "platform/db/folder_lock.hpp"
#include "platform/db/postgres/check.hpp"
#include "platform/http/idempotency.hpp"
#include "posts/store.hpp"
#include "users/store.hpp"
#include "votes/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
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

// What users know of no earlier a sum than was told last. Where it is of an earlier one, the user was away when it was told, and
// gets it with the next vote.
const db::Query kWrongKarma{
    "select e.author || ': ' || u.earned || ' is kept, ' || e.total || ' was told' "
    "from earned e join users.users u on u.name = e.author "
    "where e.told = e.total and u.earned_version >= e.version and u.earned <> e.total"};
// Later than all that the users know.
const db::Query kTellAgain{
    "update earned set told = null, version = "
    "(select max(latest) + 1 from (select max(version) as latest from earned "
    "union all select max(earned_version) from users.users) v)"};

const Facts& facts_of(std::string_view service) {
    return *std::find_if(std::begin(kFacts), std::end(kFacts),
                         [&](const Facts& facts) { return facts.service == service; });
}

/// The folders of a service's schema steps.
std::vector<std::string> migrations_of(std::string_view service, std::string_view engine) {
    return {fmt::format("{}/{}", http::kIdempotencySchema, engine),
            fmt::format("{}/schema/{}", service, engine)};
}

std::filesystem::path file_of(std::string_view service, const std::filesystem::path& data) {
    return db::sqlite::database_file(database_of(service, data));
}

/// Whether the service has data there.
bool exists(std::string_view service, const DataFolder& folder) {
    if (!folder.database.empty())
        return db::postgres::exists(database_at(service, folder.database));
    return std::filesystem::exists(file_of(service, folder.path));
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

std::vector<std::string_view> services_in(const DataFolder& folder) {
    for (const std::string_view service : kServices) must_not_be_lost(service, folder);
    std::vector<std::string_view> services;
    for (const std::string_view service : kServices) {
        if (exists(service, folder)) services.push_back(service);
    }
    if (services.empty()) {
        throw std::runtime_error(
            folder.database.empty()
                ? fmt::format("there is no database in '{}': choose another folder with --data",
                              folder.path.string())
                : "there are no data of stoa in that database: choose another with --database");
    }
    return services;
}

void must_not_be_lost(std::string_view service, const DataFolder& folder) {
    const auto lock = db::FolderLock::file_of(folder.path, service);
    if (!folder.database.empty() || exists(service, folder) || !std::filesystem::exists(lock))
        return;
    if (const auto process = db::FolderLock::holder(folder.path, service)) {
        throw std::runtime_error(fmt::format(
            "the database '{0}' is lost, but process {1} has it open still. Do not end that: copy "
            "what it has out of /proc/{1}/fd (ls -l shows the deleted files: {2}.db and "
            "{2}.db-wal) to another folder under those names, and only then end it and put them "
            "back",
            file_of(service, folder.path).string(), *process, service));
    }
    throw std::runtime_error(fmt::format(
        "the database '{0}' is lost, or was never here: '{1}' beside it says that there was one. "
        "Restore a backup; or remove '{1}' to go on without what was in it",
        file_of(service, folder.path).string(), lock.string()));
}

bool was_in(std::string_view service, const std::filesystem::path& data) {
    return std::filesystem::exists(file_of(service, data)) ||
           std::filesystem::exists(db::FolderLock::file_of(data, service));
}

std::span<const db::Rule> rules_of(std::string_view service) { return facts_of(service).rules(); }

std::span<const db::Rule> rules_of_votes_and_users() {
    static const db::Rule rules[] = {
        {"every user has the karma that votes have told", kWrongKarma, {kTellAgain}},
    };
    return rules;
}

Steps steps_after_restore(std::string_view service) {
    if (service == "votes") return {votes::Store::tell_all_again()};
    if (service == "users") return {users::Store::end_all_sessions()};
    return {};
}

}  // namespace stoa
