#pragma once

#include "platform/auth/caller.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/read.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/page.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

/// What travels to and from the votes service.
namespace stoa::votes {

/// A post's number. That there is such a post is not asked: it is another service's object.
struct PostId : Integer<PostId> {
    static constexpr IntegerBounds bounds{.min = 1};
    static constexpr std::string_view about =
        "A post's number; whether there is such a post is not asked.";
    static constexpr int example = 42;
    using Integer::Integer;
};

enum class Direction : std::int8_t { down = -1, up = 1 };
BOOST_DESCRIBE_ENUM(Direction, up, down)

struct NewVote {
    static constexpr bool is_body = true;
    PostId post_id;
    Direction direction = Direction::up;
    Actor username;
};
BOOST_DESCRIBE_STRUCT(NewVote, (), (post_id, direction, username))

/// The direction that a vote is set to.
struct VoteChange {
    static constexpr bool is_body = true;
    Direction direction = Direction::up;
};
BOOST_DESCRIBE_STRUCT(VoteChange, (), (direction))

struct Vote {
    PostId post_id;
    Username username;
    Direction direction = Direction::up;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Vote, (), (post_id, username, direction, created_at))

/// A post's counts; score = upvotes - downvotes.
struct Tally {
    PostId post_id;
    std::int64_t upvotes = 0;
    std::int64_t downvotes = 0;
    std::int64_t score = 0;
};
BOOST_DESCRIBE_STRUCT(Tally, (), (post_id, upvotes, downvotes, score))

struct TopQuery {
    Limit limit{Limit::if_absent};
    std::optional<Cursor> cursor;
};
BOOST_DESCRIBE_STRUCT(TopQuery, (), (limit, cursor))

struct SortQuery {
    IdList<PostId, 1'000> post_ids;
};
BOOST_DESCRIBE_STRUCT(SortQuery, (), (post_ids))

struct ImportedVote {
    static constexpr bool is_body = true;
    PostId post_id;
    Direction direction = Direction::up;
    Username username;
};
BOOST_DESCRIBE_STRUCT(ImportedVote, (), (post_id, direction, username))

struct VoteImport {
    static constexpr bool is_body = true;
    json::Batch<ImportedVote, 5'000> votes;
};
BOOST_DESCRIBE_STRUCT(VoteImport, (), (votes))

struct VotesTaken {
    static constexpr std::string_view about = "How many votes of an import were new.";
    std::int64_t taken = 0;
};
BOOST_DESCRIBE_STRUCT(VotesTaken, (), (taken))

}  // namespace stoa::votes
