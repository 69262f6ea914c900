#pragma once

#include "platform/auth/caller.hpp"
#include "platform/http/endpoint.hpp"
#include "votes/store.hpp"

namespace stoa::votes {

/// Votes: cast, change, withdraw; tallies, the top, a list sorted by score.
class Service {
  public:
    static constexpr std::string_view kName = "votes";
    static constexpr std::string_view kAbout =
        "Votes on posts: cast, change, withdraw; a post's counts, the top-scoring, a list by "
        "score.";

    explicit Service(db::Session& db) : store_(db) {}

    /// Adds the operations to the routes.
    static void declare(http::Routes<Service> routes);

  private:
    Task<http::Created<Vote>> cast(NewVote vote, db::Transaction& tx);
    Task<Vote> set(PostId post, Username voter, VoteChange change, Caller caller,
                   db::Transaction& tx);
    Task<http::Private<Vote>> retrieve(PostId post, Username voter, Caller caller);
    Task<Vote> withdraw(PostId post, Username voter, Caller caller, db::Transaction& tx);
    Task<Tally> report(PostId post, db::Reading& reading);
    Task<Page<Tally>> top(TopQuery query, db::Reading& reading);
    Task<Page<Tally>> sort(SortQuery query, db::Reading& reading);
    Task<VotesTaken> import(VoteImport import, db::Transaction& tx);

    Store store_;
};

}  // namespace stoa::votes
