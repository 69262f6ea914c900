#include "votes/service.hpp"

#include "platform/problem.hpp"

namespace stoa::votes {

namespace {

constexpr std::string_view kNoVote = "That user has no vote on this post.";
constexpr std::string_view kVotedAlready =
    "That user has a vote on this post already; change it with PUT.";

}  // namespace

void Service::declare(http::Routes<Service> routes) {
    routes.post("/votes",
                {.id = "cast_vote",
                 .summary = "Upvote or downvote a post",
                 .right = rights::actor,
                 .description = "A user has at most one vote on a post.",
                 .conflict = kVotedAlready},
                &Service::cast);
    routes.put("/votes/{post_id}/voters/{username}",
               {.id = "set_vote",
                .summary = "Change or set a vote",
                .right = rights::actor,
                .not_found = "The path names no post or user."},
               &Service::set);
    routes.get("/votes/{post_id}/voters/{username}",
               {.id = "retrieve_vote",
                .summary = "Retrieve a user's vote",
                .right = rights::actor,
                .not_found = kNoVote},
               &Service::retrieve);
    routes.delete_("/votes/{post_id}/voters/{username}",
                   {.id = "withdraw_vote",
                    .summary = "Withdraw a vote",
                    .right = rights::actor,
                    .description = "Answers the vote as it was.",
                    .not_found = kNoVote},
                   &Service::withdraw);
    routes.get("/votes/{post_id}",
               {.id = "report_tally",
                .summary = "Report a post's counts",
                .right = rights::anyone,
                .description = "Zeros for a post that nobody voted on.",
                .not_found = "The path names no post."},
               &Service::report);
    routes.get("/votes/top",
               {.id = "list_top",
                .summary = "List the top-scoring posts",
                .right = rights::anyone,
                .description = "Best score first, ties newest post first."},
               &Service::top);
    routes.get("/votes",
               {.id = "sort_by_score",
                .summary = "Sort a list of posts by score",
                .right = rights::anyone,
                .description =
                    "Best score first, ties newest post first; one tally for each distinct id."},
               &Service::sort);
    routes.post(
        "/imports/votes",
        {.id = "import_votes",
         .summary = "Import votes from another site",
         .right = rights::trusted,
         .description = "Up to 5,000 at once; all or none. A user's second vote on a post is left "
                        "out."},
        &Service::import);
}

Task<http::Created<Vote>> Service::cast(NewVote vote, db::Transaction& tx) {
    const Username voter{vote.username.str()};
    auto made = co_await Store::insert(tx, vote.post_id, voter, vote.direction, Timestamp::now());
    if (!made) throw Problem::conflict(std::string(kVotedAlready));
    const auto place =
        fmt::format("/votes/{}/voters/{}", made->post_id.value(), made->username.str());
    co_return http::created(std::move(*made), place);
}

Task<Vote> Service::set(PostId post, Username voter, VoteChange change, Caller caller,
                        db::Transaction& tx) {
    caller.must_have_right_to(voter);
    co_return co_await Store::set(tx, post, voter, change.direction, Timestamp::now());
}

Task<http::Private<Vote>> Service::retrieve(PostId post, Username voter, Caller caller) {
    caller.must_have_right_to(voter);
    auto vote = co_await store_.find(post, voter);
    if (!vote) throw Problem::not_found(std::string(kNoVote));
    co_return http::Private<Vote>{std::move(*vote), !caller.is_believed()};
}

Task<Vote> Service::withdraw(PostId post, Username voter, Caller caller, db::Transaction& tx) {
    caller.must_have_right_to(voter);
    auto vote = co_await Store::remove(tx, post, voter);
    if (!vote) throw Problem::not_found(std::string(kNoVote));
    co_return std::move(*vote);
}

Task<Tally> Service::report(PostId post, db::Reading& reading) {
    return Store::tally(post, reading);
}

Task<Page<Tally>> Service::top(TopQuery query, db::Reading& reading) {
    return Store::top(query.limit, query.cursor.value_or(Cursor::start()), reading);
}

Task<Page<Tally>> Service::sort(SortQuery query, db::Reading& reading) {
    auto tallies = co_await Store::sorted(std::move(query.post_ids.ids), reading);
    co_return Page<Tally>{std::move(tallies), std::nullopt};
}

Task<VotesTaken> Service::import(VoteImport import, db::Transaction& tx) {
    VotesTaken result;
    const auto now = Timestamp::now();
    for (const ImportedVote& vote : import.votes.items) {
        const auto made =
            co_await Store::insert(tx, vote.post_id, vote.username, vote.direction, now);
        if (made) ++result.taken;
    }
    co_return result;
}

}  // namespace stoa::votes
