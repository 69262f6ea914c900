#include "platform/db/postgres/database.hpp"

#include "platform/db/postgres/schema.hpp"
#include "platform/db/postgres/session.hpp"

namespace stoa::db::postgres {

namespace {

class PostgresDatabase final : public Database {
  public:
    explicit PostgresDatabase(const Options& options)
        : shared_(options.uri, options.name),
          bounds_{options.writers, options.queue, options.patience} {
        Direct connection(shared_.servers, options.patience);
        migrate(connection, options.name, options.migrations);
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
