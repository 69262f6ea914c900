#include "platform/db/postgres/database.hpp"

#include "platform/db/postgres/filling.hpp"
#include "platform/db/postgres/schema.hpp"
#include "platform/db/postgres/session.hpp"

#include <fmt/format.h>

namespace stoa::db::postgres {

namespace {

void must_be_whole(Direct& connection, std::string_view schema) {
    if (!is_being_filled(connection)) return;
    throw std::runtime_error(
        fmt::format("the schema '{}' in the database has not all its rows yet: let 'stoa "
                    "migrate-data' come to its end, or run it again if it was interrupted",
                    schema));
}

class PostgresDatabase final : public Database {
  public:
    explicit PostgresDatabase(const Options& options)
        : shared_(options.uri, options.name),
          bounds_{options.writers, options.queue, options.patience} {
        Direct connection(shared_.servers, options.patience);
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
                .queued = shared_.queued};
    }

  private:
    Shared shared_;
    PostgresSession::Bounds bounds_;
};

}  // namespace

std::unique_ptr<Database> open(const Options& options) {
    return std::make_unique<PostgresDatabase>(options);
}

}  // namespace stoa::db::postgres
