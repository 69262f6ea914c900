#pragma once

#include "platform/http/client.hpp"
#include "votes/store.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stoa::votes {

/// How votes move the karma of posts' authors. An author is credited with a post's score, without the own vote on it, and the
/// users service is told what all credits of a user add up to:
///
///     a vote ─▶ credits_due ─▶ (posts: who is the author?) ─▶ credits, earned ─▶ (users: karma from votes)
///
/// Each arrow is a transaction of this service, or a request that may be repeated: what is told is a sum and no difference. So
/// nothing is lost or counted twice, whenever a process ends, and what was missed while a user was away comes with the next vote.
class Karma {
  public:
    /// `token` gives a service's token for the users service.
    Karma(db::Session& db, http::Client& posts, http::Client& users,
          std::function<std::string()> token)
        : db_(db), store_(db), posts_(posts), users_(users), token_(std::move(token)) {}

    /// Passes on what is owed, for a while. To be called again and again; what can't be done now is done by a later call.
    Task<> pass_on();

    /// Of what was found to be done last: posts and authors, up to a hundred each. May be asked from any thread.
    std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  private:
    using Authors = std::map<PostId, Username>;

    Task<std::size_t> settle();
    Task<std::optional<Authors>> authors_of(std::vector<PostId> posts);
    Task<std::size_t> tell();
    Task<std::optional<int>> tell_one(Earned earned);
    void hold_up(std::string why);
    void go_on();

    db::Session& db_;
    Store store_;
    http::Client& posts_;
    http::Client& users_;
    std::function<std::string()> token_;
    // Where the last round ended: the next goes on from there, so that nobody is left out.
    std::int64_t last_post_ = 0;
    std::string last_author_;
    std::atomic<std::size_t> waiting_ = 0;
    std::string held_up_by_;  ///< empty: nothing
    std::chrono::steady_clock::time_point not_before_;
};

}  // namespace stoa::votes
