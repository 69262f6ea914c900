#pragma once

#include "platform/db/database.hpp"
#include "platform/http/token_buckets.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::http {

/// Lets limits hold across processes that share a database. Each tells the others once in a while what its callers have taken, and takes
/// away here what they have taken there:
///
///     take() ─▶ spent() ─▶ a round, written at once ─▶ (the others) ─▶ take_away()
///
/// So a caller who asks many processes at once may get its burst from each of them before the first round, and makes up for it
/// afterwards; over time it gets what one process would give. Rounds are numbered by their process: none is taken twice.
class LimitExchange {
  public:
    explicit LimitExchange(db::Session& db);

    /// `name`: what is limited, a word that is the same in all processes. Before the first exchange().
    void add(std::string_view name, TokenBuckets& buckets);

    /// One round.
    Task<> exchange();

  private:
    struct Limit {
        std::string name;
        TokenBuckets& buckets;
    };
    Task<> tell(Timestamp now);
    Task<> hear(Timestamp now);
    void take_away(std::string_view bucket, std::int64_t tokens);

    db::Session& db_;
    std::string process_;
    std::int64_t round_ = 0;
    std::vector<Limit> limits_;
    std::map<std::string, std::int64_t> heard_;  ///< the last round of each other process
};

}  // namespace stoa::http
