#include "platform/db/postgres/check.hpp"

#include "platform/db/postgres/schema.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace stoa::db::postgres {

namespace {

const OnRow kIgnore = [](const Row&) {};

// A large table takes a while.
constexpr std::chrono::minutes kPatience{60};

Finding look(Direct& connection, const Rule& rule) {
    Finding finding;
    connection.run(rule.breaches, {}, [&](const Row& row) { finding.note(row.text(0)); });
    return finding;
}

void must_be_current(Direct& connection, const Options& options) {
    if (missing_steps(connection, options.migrations).empty()) return;
    throw std::runtime_error(
        fmt::format("the schema '{}' of the database is older than this program: start the server "
                    "on it once, which brings it up to date, and check then",
                    options.name));
}

/// Looks and mends in one transaction, which no write comes between.
Finding hold(Direct& connection, const Rule& rule, bool with_repair) {
    const bool may_repair = with_repair && !rule.repair.empty();
    connection.execute(may_repair ? "begin" : "begin isolation level repeatable read read only");
    if (may_repair) {
        connection.execute(
            fmt::format("lock table {} in share row exclusive mode", list_of_tables(connection)));
    }
    Finding finding = look(connection, rule);
    if (may_repair && finding.breaches > 0) {
        for (const Query& step : rule.repair) connection.run(step, {}, kIgnore);
        finding.is_repaired = look(connection, rule).breaches == 0;
    }
    connection.execute("commit");
    return finding;
}

/// The tables are locked one after the other: who writes may have come in between, and each wait for the other.
Finding hold_at_last(Direct& connection, const Rule& rule, bool with_repair) {
    constexpr int most_tries = 20;
    for (int tries = 1;; ++tries) {
        try {
            return hold(connection, rule, with_repair);
        } catch (const Failure& failure) {
            if (!failure.is_a_clash() || tries == most_tries) throw;
            connection.execute("rollback");
        }
    }
}

}  // namespace

bool exists(const Options& options) {
    Servers servers(options.uri, options.name);
    Direct connection(servers, options.patience);
    return has_schema(connection, options.name);
}

void check(const Options& options, std::span<const Rule> rules, bool with_repair,
           const CheckProgress& progress) {
    Servers servers(options.uri, options.name);
    Direct connection(servers, kPatience);
    must_be_current(connection, options);
    for (const Rule& rule : rules) {
        progress.begun(rule.says);
        progress.ended(hold_at_last(connection, rule, with_repair));
    }
}

}  // namespace stoa::db::postgres
