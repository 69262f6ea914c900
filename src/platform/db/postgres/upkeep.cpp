#include "platform/db/postgres/upkeep.hpp"

#include "platform/db/postgres/schema.hpp"

#include <fmt/format.h>

#include <functional>
#include <stdexcept>

namespace stoa::db::postgres {

namespace {

// A large table takes a while.
constexpr std::chrono::minutes kPatience{60};

const Query kSize{
    "select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class "
    "where relnamespace = current_schema()::regnamespace and relkind = 'r'"};

/// Runs it on a connection to the schema, with errors for a command.
template <class Work>
auto on_schema(const Options& options, const Work& work) {
    Servers servers(options.uri, options.name);
    Direct connection(servers, kPatience);
    try {
        return work(connection);
    } catch (const Failure& failure) {
        throw std::runtime_error(
            fmt::format("the database refuses it: {} ({})", failure.what(), failure.sqlstate()));
    }
}

std::int64_t size_of(Direct& connection) {
    std::int64_t bytes = 0;
    connection.run(kSize, {}, [&](const Row& row) { bytes = row.integer(0); });
    return bytes;
}

}  // namespace

std::vector<std::string> steps_to_run(const Options& options) {
    return on_schema(options, [&](Direct& connection) {
        std::vector<std::string> names;
        for (const Migration& step : missing_steps(connection, options.migrations)) {
            names.push_back(step.name);
        }
        return names;
    });
}

void upgrade(const Options& options) {
    on_schema(options,
              [&](Direct& connection) { migrate(connection, options.name, options.migrations); });
}

Sizes vacuum(const Options& options) {
    return on_schema(options, [&](Direct& connection) {
        Sizes sizes{.before = size_of(connection)};
        connection.execute(fmt::format("vacuum (analyze) {}", list_of_tables(connection)));
        sizes.after = size_of(connection);
        return sizes;
    });
}

}  // namespace stoa::db::postgres
