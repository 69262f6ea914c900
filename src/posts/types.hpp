#pragma once

#include "platform/auth/caller.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/read.hpp"
#include "platform/json/text.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/page.hpp"

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>

/// What travels to and from the posts service.
namespace stoa::posts {

struct PostId : Integer<PostId> {
    static constexpr IntegerBounds bounds{.min = 1};
    static constexpr std::string_view about = "A post's number.";
    static constexpr int example = 42;
    using Integer::Integer;
};

struct Title : Text<Title> {
    static constexpr TextBounds bounds{.min = 1, .max = 300, .may_be_blank = false};
    static constexpr std::string_view about = "The headline.";
    static constexpr std::string_view example = "What are you reading this week?";
    using Text::Text;
};

struct Body : Text<Body> {
    static constexpr TextBounds bounds{.max = 40'000};
    static constexpr std::string_view about = "The text; may be empty.";
    static constexpr std::string_view example = "I have just finished The Left Hand of Darkness.";
    using Text::Text;
};

struct CommunityName : Text<CommunityName> {
    static constexpr TextBounds bounds{
        .min = 2, .max = 32, .charset = "A-Za-z0-9_", .lower_case = true};
    static constexpr std::string_view about =
        "A community; matched without regard to case and kept in lower case.";
    static constexpr std::string_view example = "books";
    using Text::Text;
};

struct ResourceUrl : Text<ResourceUrl> {
    static constexpr TextBounds bounds{.min = 1, .max = 2'048, .format = "uri"};
    static constexpr std::string_view about =
        "What the post links to: an absolute http or https URL.";
    static constexpr std::string_view example = "https://example.org/reading-list";
    static std::optional<std::string> rule(std::string_view url);
    using Text::Text;
};

/// A post as it comes.
struct NewPost {
    static constexpr bool is_body = true;
    Title title;
    Body text;
    CommunityName community;
    std::optional<ResourceUrl> url;
    Actor username;
};
BOOST_DESCRIBE_STRUCT(NewPost, (), (title, text, community, url, username))

/// A post as lists have it: without its text and URL.
struct PostSummary {
    PostId id;
    Title title;
    CommunityName community;
    Username username;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(PostSummary, (), (id, title, community, username, created_at))

struct Post : PostSummary {
    Body text;
    std::optional<ResourceUrl> url;
};
BOOST_DESCRIBE_STRUCT(Post, (PostSummary), (text, url))

/// Which posts to list.
struct PostQuery {
    std::optional<CommunityName> community;
    std::optional<IdList<PostId, 100>> ids;
    std::optional<Limit> limit;
    std::optional<Cursor> cursor;

    /// What can't be combined: a list by ids has no pages.
    Faults faults() const;
};
BOOST_DESCRIBE_STRUCT(PostQuery, (), (community, ids, limit, cursor))

struct SourceId : Text<SourceId> {
    static constexpr TextBounds bounds{.min = 1, .max = 100};
    static constexpr std::string_view about =
        "The post's name where it comes from: one that was taken is not taken again.";
    static constexpr std::string_view example = "reddit/1h8dgv";
    using Text::Text;
};

/// A post from another site, with the time it was made there.
struct ImportedPost {
    static constexpr bool is_body = true;
    SourceId source;
    Title title;
    Body text;
    CommunityName community;
    std::optional<ResourceUrl> url;
    Username username;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(ImportedPost, (), (source, title, text, community, url, username, created_at))

struct PostImport {
    static constexpr bool is_body = true;
    json::Batch<ImportedPost, 500> posts;
};
BOOST_DESCRIBE_STRUCT(PostImport, (), (posts))

/// Where an imported post is now.
struct Arrival {
    SourceId source;
    PostId id;
    bool is_new = false;
};
BOOST_DESCRIBE_STRUCT(Arrival, (), (source, id, is_new))

struct Arrivals {
    static constexpr std::string_view about =
        "Where the posts of an import are now, in their order.";
    std::vector<Arrival> posts;
};
BOOST_DESCRIBE_STRUCT(Arrivals, (), (posts))

}  // namespace stoa::posts
