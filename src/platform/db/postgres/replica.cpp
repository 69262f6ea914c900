#include "platform/db/postgres/replica.hpp"

#include <optional>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

/// By which the clocks of two machines may differ.
constexpr std::int64_t kClocksDiffer = 1'000;  // milliseconds
/// What is read may be older than the latest by so much.
constexpr auto kFarthestBehind = 5s;

const Query kEnd{"select (pg_current_wal_insert_lsn() - '0/0')::bigint"};
// A replica that has become the primary has replayed all that there was.
const Query kReplayed{
    "select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() "
    "else pg_current_wal_insert_lsn() end - '0/0')::bigint"};

/// One row's only column, if there is an answer.
Task<std::optional<std::int64_t>> ask(Link& link, const Query& query) {
    std::optional<std::int64_t> answer;
    const OnRow on_row = [&](const Row& row) { answer = row.integer(0); };
    Statement statement{query, {}, on_row};
    link.send(statement);
    const Answered answered{statement};
    co_await answered;
    co_return answer;
}

}  // namespace

bool Replica::has_seen(Timestamp moment) const {
    return link_.is_open() && moment.milliseconds < seen_.time.milliseconds - kClocksDiffer &&
           Clock::now() - seen_.as_of < kFarthestBehind;
}

Task<> Replica::compare(Link& primary) {
    link_.find_again();
    End end{.time = Timestamp::now(), .as_of = Clock::now()};
    const auto position = co_await ask(primary, kEnd);
    if (position) {
        end.position = *position;
        ends_.push_back(end);
    }
    const auto replayed = co_await ask(link_, kReplayed);
    while (!ends_.empty() && replayed && ends_.front().position <= *replayed) {
        seen_ = ends_.front();
        ends_.pop_front();
    }
    std::erase_if(ends_, [](const End& old) { return Clock::now() - old.as_of > kFarthestBehind; });
}

}  // namespace stoa::db::postgres
