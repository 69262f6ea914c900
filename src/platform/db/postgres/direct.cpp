#include "platform/db/postgres/direct.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <optional>

namespace stoa::db::postgres {

namespace {

constexpr std::chrono::seconds kConnectPatience{5};

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
    const auto until = Clock::now() + kConnectPatience;
    connection_ = servers.connect(server);
    auto next = PGRES_POLLING_WRITING;
    while (next == PGRES_POLLING_WRITING || next == PGRES_POLLING_READING) {
        if (PQstatus(connection_.get()) == CONNECTION_BAD) break;
        if (!wait(next == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, until)) {
            why_not = fmt::format("no answer within {} s", kConnectPatience.count());
            return false;
        }
        next = PQconnectPoll(connection_.get());
    }
    why_not = error_of(connection_.get());
    if (next != PGRES_POLLING_OK) return false;
    PQsetnonblocking(connection_.get(), 1);  // or what is sent waits for ever
    return true;
}

void Direct::run(const Query& query, std::span<const Value> values, const OnRow& on_row) {
    const Parameters parameters(values);
    must_be_sent(PQsendQueryParams(connection_.get(), query.sql.c_str(), parameters.count(),
                                   parameters.types(), parameters.texts(), nullptr, nullptr, 0));
    PQsetSingleRowMode(connection_.get());
    finish(on_row);
}

bool Direct::has_row(const Query& query, std::span<const Value> values) {
    bool has = false;
    run(query, values, [&](const Row&) { has = true; });
    return has;
}

void Direct::execute(const std::string& sql) {
    must_be_sent(PQsendQuery(connection_.get(), sql.c_str()));
    finish([](const Row&) {});
}

void Direct::must_be_sent(int was_sent) {
    if (was_sent != 1) throw std::runtime_error(error_of(connection_.get()));
}

void Direct::begin_copy(const std::string& sql) {
    must_be_sent(PQsendQuery(connection_.get(), sql.c_str()));
    flush();
    const Result result = next_result();
    if (PQresultStatus(result.get()) != PGRES_COPY_IN) throw Failure(result.get());
}

void Direct::send(std::string_view data) {
    const auto until = Clock::now() + patience_;
    int sent = 0;
    while (sent == 0) {
        sent = PQputCopyData(connection_.get(), data.data(), static_cast<int>(data.size()));
        if (sent < 0) throw std::runtime_error(error_of(connection_.get()));
        if (sent == 0) await(POLLOUT, until);
    }
    flush();  // so that libpq keeps no more than this
}

void Direct::end_copy() {
    const auto until = Clock::now() + patience_;
    int sent = 0;
    while (sent == 0) {
        sent = PQputCopyEnd(connection_.get(), nullptr);
        if (sent < 0) throw std::runtime_error(error_of(connection_.get()));
        if (sent == 0) await(POLLOUT, until);
    }
    finish([](const Row&) {});
}

/// Takes the results of what was sent, all of them: before that nothing else can be sent.
void Direct::finish(const OnRow& on_row) {
    flush();
    std::optional<Failure> failure;
    while (const Result result = next_result()) {
        const auto status = PQresultStatus(result.get());
        const bool is_well =
            status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
        if (!is_well && !failure) failure.emplace(result.get());
        if (!failure) read_rows(result.get(), on_row);
    }
    if (failure) throw Failure(*failure);
}

/// Waits for it; none: there are no more.
Result Direct::next_result() {
    const auto until = Clock::now() + patience_;
    while (PQisBusy(connection_.get()) != 0) {
        await(POLLIN, until);
        if (PQconsumeInput(connection_.get()) == 0) break;
    }
    return {PQgetResult(connection_.get()), PQclear};
}

/// Waits until all is with the kernel. What the server says meanwhile is taken, or neither side would go on.
void Direct::flush() {
    const auto until = Clock::now() + patience_;
    while (PQflush(connection_.get()) == 1) {
        await(POLLIN | POLLOUT, until);
        if (PQconsumeInput(connection_.get()) == 0) break;
    }
}

void Direct::await(short events, Clock::time_point until) {
    if (wait(events, until)) return;
    throw std::runtime_error(
        fmt::format("the database gives no answer within {} ms", patience_.count()));
}

/// False when the time is up.
bool Direct::wait(short events, Clock::time_point until) {
    pollfd socket{PQsocket(connection_.get()), events, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    return ::poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) > 0;
}

}  // namespace stoa::db::postgres
