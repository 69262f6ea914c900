#include "platform/http/limit_exchange.hpp"

#include "platform/auth/base64url.hpp"

#include <algorithm>

namespace stoa::http {

namespace {

using db::Query;

/// Buckets in a round; what is more waits for the next.
constexpr std::size_t kMostTold = 1'000;
/// Clocks of machines may differ by less than this: milliseconds.
constexpr std::int64_t kWindow = 15'000;
constexpr std::int64_t kKept = 60'000;
constexpr std::size_t kMostProcesses = 10'000;  // that were there since the start

struct Entry {
    std::string process;
    std::int64_t round = 0;
    std::string bucket;
    std::int64_t tokens = 0;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (process, round, bucket, tokens))

const Query kTell{
    "insert into limit_rounds (process, round, bucket, tokens, at) values ($1, $2, $3, $4, $5)"};
// Index: limit_rounds_by_age.
const Query kHear{"select " + db::columns<Entry>() +
                  " from limit_rounds where at > $1 and process <> $2 "
                  "order by process, round limit 100000"};
const Query kForget{"delete from limit_rounds where at < $1"};

}  // namespace

LimitExchange::LimitExchange(db::Session& db) : db_(db), process_(random_base64url(12)) {}

void LimitExchange::add(std::string_view name, TokenBuckets& buckets) {
    limits_.push_back({std::string(name), buckets});
}

Task<> LimitExchange::exchange() {
    const auto now = Timestamp::now();
    co_await hear(now);
    co_await tell(now);
}

Task<> LimitExchange::tell(Timestamp now) {
    std::vector<TokenBuckets::Spent> told;
    for (const Limit& limit : limits_) {
        for (auto& spent : limit.buckets.spent(kMostTold)) {
            told.push_back({limit.name + ' ' + spent.key, spent.tokens});
        }
    }
    if (told.empty()) co_return;
    ++round_;
    const auto write = [&](db::Transaction& tx) -> Task<bool> {
        for (const auto& spent : told) {
            co_await tx.execute(kTell, process_, round_, spent.key, spent.tokens, now);
        }
        co_await tx.execute(kForget, now.milliseconds - kKept);
        co_return true;
    };
    // If it is lost, callers get more: better than to be told twice.
    co_await db_.write(write);
}

Task<> LimitExchange::hear(Timestamp now) {
    // In a transaction, so that it is the primary that is asked.
    const auto read = [&](db::Transaction& tx) {
        return tx.all<Entry>(kHear, now.milliseconds - kWindow, process_);
    };
    const auto entries = co_await db_.write(read);
    std::map<std::string, std::int64_t> heard;
    for (const Entry& entry : entries) {
        const auto before = heard_.find(entry.process);
        const bool is_new = before == heard_.end() || entry.round > before->second;
        if (is_new) take_away(entry.bucket, entry.tokens);
        auto& last = heard[entry.process];
        last = std::max({last, entry.round, before == heard_.end() ? 0 : before->second});
    }
    if (heard_.size() > kMostProcesses) heard_.clear();
    for (const auto& [process, round] : heard) heard_[process] = round;
}

void LimitExchange::take_away(std::string_view bucket, std::int64_t tokens) {
    const auto space = bucket.find(' ');
    const auto name = bucket.substr(0, space);
    const auto limit = std::find_if(limits_.begin(), limits_.end(),
                                    [&](const Limit& known) { return known.name == name; });
    if (limit != limits_.end()) limit->buckets.take_away(bucket.substr(space + 1), tokens);
}

}  // namespace stoa::http
