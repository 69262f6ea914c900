#include "platform/db/postgres/database.hpp"

#include "platform/db/postgres/filling.hpp"
#include "platform/db/postgres/schema.hpp"
#include "platform/db/postgres/session.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace stoa::db::postgres {

namespace {

// A step may go through a large table, or wait for another process's.
constexpr std::chrono::minutes kMigrationPatience{60};

// The first one stays.
const Query kClaim{"insert into owner (id, seal) values (1, $1) on conflict do nothing"};
const Query kOwner{"select seal from owner"};

void must_be_whole(Direct& connection, std::string_view schema) {
    if (!is_being_filled(connection)) return;
    throw std::runtime_error(
        fmt::format("the schema '{}' in the database has not all its rows yet: let 'stoa "
                    "migrate-data' or 'stoa restore' come to its end, or run it again if it was "
                    "interrupted",
                    schema));
}

class PostgresDatabase final : public Database {
  public:
    explicit PostgresDatabase(const Options& options)
        : shared_(options), bounds_{options.writers, options.queue, options.patience} {
        Servers servers(options.uri, options.name);
        Direct connection(servers, kMigrationPatience);
        migrate(connection, options.name, options.migrations);
        must_be_whole(connection, options.name);
    }

    std::unique_ptr<Session> session(Loop& loop) override {
        return std::make_unique<PostgresSession>(shared_, loop, bounds_);
    }

    Statistics statistics() const override {
        return {.transactions = shared_.transactions,
                .commits = shared_.transactions,
                .checkpoints = 0,
                .refused = shared_.refused,
                .queued = shared_.queued,
                .run_again = shared_.run_again,
                .lost = shared_.lost,
                .slow = shared_.watch.slow(),
                .connections = static_cast<std::uint64_t>(shared_.watched.open.load()),
                .seconds_behind = shared_.seen.behind().count(),
                .takes_writes = !shared_.servers.is_away(),
                .commit_time = shared_.commit_time.distribution()};
    }

  private:
    Shared shared_;
    PostgresSession::Bounds bounds_;
};

}  // namespace

std::unique_ptr<Database> open(const Options& options) {
    return std::make_unique<PostgresDatabase>(options);
}

void claim(const Options& options, std::string_view owner) {
    Servers servers(options.uri, options.name);
    Direct connection(servers, options.patience);
    const std::array<Value, 1> mine{std::string(owner)};
    connection.run(kClaim, mine, [](const Row&) {});
    std::string noted;
    connection.run(kOwner, {}, [&](const Row& row) { noted = row.text(0); });
    if (noted == owner) return;
    throw std::runtime_error(fmt::format(
        "the keys are not the ones that this database is used with: copy the keys' file of the "
        "process that has used it before, or name it with --keys. To go on with these instead "
        "(everybody has to log in again, and the emails of users who were wiped are free again): "
        "delete from {}.owner",
        options.name));
}

}  // namespace stoa::db::postgres
