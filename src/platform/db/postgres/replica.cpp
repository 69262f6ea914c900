#include "platform/db/postgres/replica.hpp"

#include <span>
#include <utility>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

/// By which the clocks of two machines may differ.
constexpr std::int64_t kClocksDiffer = 1'000;  // milliseconds
/// What is read may be older than the latest by so much.
constexpr auto kFarthestBehind = 5s;
/// Then another one is tried.
constexpr int kMostRoundsBehind = 10;

constexpr std::span<const Value> kNone;

const Query kEnd{"select (pg_current_wal_insert_lsn() - '0/0')::bigint"};
// A replica that has become the primary has replayed all that there was.
const Query kReplayed{
    "select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() "
    "else pg_current_wal_insert_lsn() end - '0/0')::bigint"};

}  // namespace

bool Replica::has_seen(Timestamp moment) const {
    return link_.is_open() && link_.number() == connection_ &&
           moment.milliseconds < seen_.time.milliseconds - kClocksDiffer &&
           Clock::now() - seen_.as_of < kFarthestBehind;
}

Task<> Replica::compare(Link& primary) {
    link_.find_again();
    if (connection_ != link_.number()) forget();
    End end{.time = Timestamp::now(), .as_of = Clock::now()};
    const auto position = co_await primary.ask(kEnd, kNone);
    const auto replayed = co_await link_.ask(kReplayed, kNone);
    if (!position || !replayed || connection_ != link_.number()) co_return;
    if (*position < last_replayed_) {
        link_.leave("it has another log than the primary");
        forget();
        co_return;
    }
    end.position = *position;
    ends_.push_back(end);
    take_up(std::exchange(last_replayed_, *replayed));
    rounds_behind_ = Clock::now() - seen_.as_of < kFarthestBehind ? 0 : rounds_behind_ + 1;
    if (rounds_behind_ < kMostRoundsBehind || servers_.count() == 1) co_return;
    link_.leave("it is too far behind");
    forget();
}

/// `replayed`: when it was asked before.
void Replica::take_up(std::int64_t replayed) {
    while (!ends_.empty() && ends_.front().position <= replayed) {
        seen_ = ends_.front();
        ends_.pop_front();
    }
    std::erase_if(ends_, [](const End& old) { return Clock::now() - old.as_of > kFarthestBehind; });
}

/// What it knows of a connection that is no more.
void Replica::forget() {
    connection_ = link_.number();
    ends_.clear();
    seen_ = {};
    last_replayed_ = 0;
    rounds_behind_ = 0;
}

}  // namespace stoa::db::postgres
