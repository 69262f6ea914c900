#pragma once

#include "platform/http/client.hpp"
#include "votes/store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::votes {

/// How votes move the karma of posts' authors. An author is owed a post's score, without the own vote on it; what is owed and
/// was not given yet is passed on through an outbox:
///
///     a vote ─▶ credits_due ─▶ (posts: who is the author?) ─▶ credits, karma_outbox ─▶ (users: change the karma)
///
/// Each arrow is a transaction of this service or a request that may be repeated, so that nothing is lost or counted twice
/// whenever a process ends: an entry of the outbox is sent with an `Idempotency-Key` of its own until the users service has
/// answered. What belongs to a post or a user that is gone is dropped.
class Karma {
  public:
    /// `token` gives a service's token for the users service.
    Karma(db::Session& db, http::Client& posts, http::Client& users,
          std::function<std::string()> token)
        : db_(db), store_(db), posts_(posts), users_(users), token_(std::move(token)) {}

    /// Passes on some of what is owed. To be called again and again; what can't be done now is done by a later call.
    Task<> pass_on();

  private:
    using Authors = std::map<PostId, Username>;

    Task<> settle();
    Task<std::optional<Authors>> authors_of(std::vector<PostId> posts);
    Task<bool> is_taken(OutboxEntry entry);
    void note(bool is_away, std::string_view service);

    db::Session& db_;
    Store store_;
    http::Client& posts_;
    http::Client& users_;
    std::function<std::string()> token_;
    bool was_away_ = false;
};

}  // namespace stoa::votes
