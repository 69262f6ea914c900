#pragma once

#include "platform/db/database.hpp"
#include "platform/db/rule.hpp"
#include "votes/types.hpp"

#include <optional>
#include <span>
#include <vector>

namespace stoa::votes {

/// What votes have given an author in all.
struct Earned {
    Username author;
    std::int64_t total = 0;
    std::int64_t version = 0;  ///< the higher, the later
};
BOOST_DESCRIBE_STRUCT(Earned, (), (author, total, version))

/// The votes' tables: all SQL about them is here. Every function may throw Problem::unavailable.
class Store {
  public:
    explicit Store(db::Session& db) : db_(db) {}

    /// Nothing if that user has a vote on the post already.
    static Task<std::optional<Vote>> insert(db::Transaction& tx, PostId post, Username user,
                                            Direction direction, Timestamp now);

    /// Sets a vote, made if there is none.
    static Task<Vote> set(db::Transaction& tx, PostId post, Username user, Direction direction,
                          Timestamp now);

    /// Deletes a vote and gives it, if it was there.
    static Task<std::optional<Vote>> remove(db::Transaction& tx, PostId post, Username user);

    Task<std::optional<Vote>> find(PostId post, Username user);

    /// A post's counts; zeros if nobody voted on it.
    static Task<Tally> tally(PostId post, db::Reading& reading);

    /// The tallies of these posts, best score first, ties newest post first; one for each distinct id.
    static Task<std::vector<Tally>> sorted(std::vector<PostId> posts, db::Reading& reading);

    /// All that were voted on, in the same order.
    static Task<Page<Tally>> top(Limit limit, Cursor after, db::Reading& reading);

    /// The first posts after a number whose authors are owed karma (votes/karma.hpp).
    Task<std::vector<PostId>> due(std::int64_t after, std::size_t most);

    /// Credits a post's author with all that it is owed for it.
    static Task<> credit(db::Transaction& tx, PostId post, Username author, Timestamp now);

    /// Takes a post off those that are due, to be credited after that. False if another process has done so.
    static Task<bool> settled(db::Transaction& tx, PostId post);

    /// The first authors after a name of whose credits the users service does not know all.
    Task<std::vector<Earned>> untold(std::string after, std::size_t most);

    /// Notes that the users service knows.
    static Task<> note_told(db::Transaction& tx, Earned earned);

    /// What must hold of these tables.
    static std::span<const db::Rule> rules();

  private:
    /// Adds to a post's counts; its author is owed the difference.
    static Task<> count(db::Transaction& tx, PostId post, int upvotes, int downvotes);

    db::Session& db_;
};

}  // namespace stoa::votes
