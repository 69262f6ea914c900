#include "platform/db/statement_watch.hpp"

#include "platform/ops/log.hpp"

namespace stoa::db {

void StatementWatch::report(const Query& query, std::chrono::nanoseconds time) {
    ++slow_;
    LogLine line(LogLine::Level::warning, "slow query");
    line.add("database", database_);
    line.add("seconds", time);
    line.add("query", query.sql);
    line.write();
}

}  // namespace stoa::db
