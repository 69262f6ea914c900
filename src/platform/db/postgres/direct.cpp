#include "platform/db/postgres/direct.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

namespace stoa::db::postgres {

namespace {

std::string error_of(PGconn* connection) {
    std::string text = PQerrorMessage(connection);
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

}  // namespace

Direct::Direct(const Servers& servers, std::chrono::milliseconds patience) : patience_(patience) {
    std::string why;
    for (std::size_t i = 0; i < servers.count(); ++i) {
        std::string why_not;
        if (connect(servers, i, why_not)) return;
        why += fmt::format("\n  {}: {}", servers.name(i), why_not);
    }
    throw std::runtime_error(
        fmt::format("no server of the database lets us in: see that one runs, takes writes, and "
                    "that the address and the password of --database are right{}",
                    why));
}

bool Direct::connect(const Servers& servers, std::size_t server, std::string& why_not) {
    const auto until = Clock::now() + patience_;
    connection_ = servers.connect(server);
    auto next = PGRES_POLLING_WRITING;
    while (next == PGRES_POLLING_WRITING || next == PGRES_POLLING_READING) {
        if (PQstatus(connection_.get()) == CONNECTION_BAD) break;
        if (!wait(next == PGRES_POLLING_WRITING, until)) {
            why_not = fmt::format("no answer within {} ms", patience_.count());
            return false;
        }
        next = PQconnectPoll(connection_.get());
    }
    why_not = error_of(connection_.get());
    return next == PGRES_POLLING_OK;
}

void Direct::run(const Query& query, std::span<const Value> values, const OnRow& on_row) {
    const Parameters parameters(values);
    PQsendQueryParams(connection_.get(), query.sql.c_str(), parameters.count(), parameters.types(),
                      parameters.texts(), nullptr, nullptr, 0);
    finish(on_row);
}

void Direct::execute(const std::string& sql) {
    PQsendQuery(connection_.get(), sql.c_str());
    finish([](const Row&) {});
}

/// Takes the results of what was sent.
void Direct::finish(const OnRow& on_row) {
    const auto until = Clock::now() + patience_;
    while (true) {
        while (PQisBusy(connection_.get()) != 0) {
            if (!wait(false, until)) {
                throw std::runtime_error(
                    fmt::format("the database gives no answer within {} ms", patience_.count()));
            }
            if (PQconsumeInput(connection_.get()) == 0) break;
        }
        const Result result(PQgetResult(connection_.get()), PQclear);
        if (!result) return;
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw Failure(result.get());
        read_rows(result.get(), on_row);
    }
}

/// False when the time is up.
bool Direct::wait(bool to_write, Clock::time_point until) {
    pollfd socket{PQsocket(connection_.get()), static_cast<short>(to_write ? POLLOUT : POLLIN), 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    return ::poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) > 0;
}

}  // namespace stoa::db::postgres
