#include "platform/db/slow_queries.hpp"

#include "platform/ops/log.hpp"

namespace stoa::db {

void SlowQueries::report(const Query& query, std::chrono::nanoseconds time) {
    ++count_;
    LogLine line(LogLine::Level::warning, "slow query");
    line.add("database", database_);
    line.add("seconds", time);
    line.add("query", query.sql);
    line.write();
}

}  // namespace stoa::db
