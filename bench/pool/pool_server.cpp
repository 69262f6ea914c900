/// The posts service as Stoa has it, but on a plain pool of connections to PostgreSQL: a read takes one, sends its statement, waits for
/// the answer, and gives it back. For comparison with the pipelined connection of `stoa serve posts --database`: bench/postgres.
///
/// usage: pool_server URI ADDRESS:PORT THREADS CONNECTIONS

#include "platform/db/postgres/servers.hpp"
#include "platform/db/postgres/writers.hpp"
#include "platform/http/endpoint.hpp"
#include "platform/http/server.hpp"
#include "platform/problem.hpp"
#include "posts/service.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace stoa {
namespace {

using namespace std::chrono_literals;
namespace pg = db::postgres;

class PoolSession final : public db::Session {
  public:
    PoolSession(Loop& loop, pg::Servers& servers, std::size_t connections)
        : pool_(loop, servers, connections, 100'000, 5s) {
        loop.at_tick([this] { pool_.check_time(); });
    }

    void must_have_room() override {}
    Task<> check() override { co_return; }
    Task<bool> leads(db::Topic) override { co_return true; }
    const db::Changes& changes() const override { return changes_; }

  protected:
    Task<> run(const db::Query& query, std::span<const db::Value> values,
               const db::OnRow& on_row) override {
        const pg::Writers::Lease lease = co_await pool_.lease();
        co_await lease.link().opened(5s);
        pg::Statement statement{query, values, on_row};
        lease.link().send(statement);
        lease.link().sync();
        const pg::Answered answered{statement};
        co_await answered;
        if (statement.outcome != pg::Statement::Outcome::done) {
            throw Problem::unavailable("The database can't be used.", 1s);
        }
    }
    Task<> commit(Job, db::Repeatable) override { throw std::logic_error("reads only"); }

  private:
    pg::Writers pool_;
    db::Changes changes_;
};

class PoolApplication final : public http::Application {
  public:
    PoolApplication(Loop& loop, ThreadMetrics& metrics, pg::Servers& servers,
                    std::size_t connections, http::KeysInFlight& keys, KeyRing& ring,
                    const http::ClientAddresses& addresses)
        : session_(loop, servers, connections),
          router_(metrics),
          gate_({Auth::open, ring, addresses, nullptr}),
          cache_(0),
          foundation_{router_, gate_, session_, keys, cache_} {
        posts::Service::declare(http::Routes<posts::Service>(service_, foundation_));
    }

    Task<http::Response> handle(http::Request& request) override { return router_.handle(request); }

  private:
    PoolSession session_;
    http::Router router_;
    http::Gate gate_;
    http::AnswerCache cache_;
    http::Foundation foundation_;
    posts::Service service_;
};

void serve(const std::string& uri, const std::string& listen, std::size_t threads,
           std::size_t connections) {
    spdlog::set_level(spdlog::level::warn);
    pg::Servers servers(uri, posts::Service::kName);
    http::ServerOptions options;
    options.listen = listen;
    options.threads = threads;
    Metrics metrics;
    http::Server server(options, metrics);
    http::KeysInFlight keys;
    KeyRing ring;
    const http::ClientAddresses addresses({}, http::ForwardedField::x_forwarded_for);
    server.run([&](Loop& loop, ThreadMetrics& thread_metrics) {
        return std::make_unique<PoolApplication>(loop, thread_metrics, servers,
                                                 connections / threads, keys, ring, addresses);
    });
}

}  // namespace
}  // namespace stoa

int main(int count, char** arguments) {
    if (count != 5) return 2;
    stoa::serve(arguments[1], arguments[2], std::strtoul(arguments[3], nullptr, 10),
                std::strtoul(arguments[4], nullptr, 10));
}
