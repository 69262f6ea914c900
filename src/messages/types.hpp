#pragma once

#include "platform/auth/caller.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/text.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/page.hpp"

#include <boost/describe.hpp>

#include <optional>
#include <string_view>

/// What travels to and from the messages service.
namespace stoa::messages {

struct MessageId : Integer<MessageId> {
    static constexpr IntegerBounds bounds{.min = 1};
    static constexpr std::string_view about = "A message's number.";
    static constexpr int example = 7;
    using Integer::Integer;
};

struct Contents : Text<Contents> {
    static constexpr TextBounds bounds{.min = 1, .max = 10'000, .may_be_blank = false};
    static constexpr std::string_view about = "What the message says.";
    static constexpr std::string_view example = "Thank you for the tip about the library!";
    using Text::Text;
};

struct NewMessage {
    static constexpr bool is_body = true;
    Username to;
    Contents contents;
    Actor from;
};
BOOST_DESCRIBE_STRUCT(NewMessage, (), (to, contents, from))

enum class Flag : int { favorite = 1 };
BOOST_DESCRIBE_ENUM(Flag, favorite)

/// A message as one of its parties sees it: `flag` is that party's own.
struct Message {
    MessageId id;
    Username from;
    Username to;
    Timestamp timestamp;
    Contents contents;
    std::optional<Flag> flag;
    std::optional<Timestamp> read_at;
};
BOOST_DESCRIBE_STRUCT(Message, (), (id, from, to, timestamp, contents, flag, read_at))

enum class Box { inbox, sent, favorites };
BOOST_DESCRIBE_ENUM(Box, inbox, sent, favorites)

struct BoxQuery {
    Box box = Box::inbox;
    Limit limit{Limit::if_absent};
    std::optional<Cursor> cursor;
};
BOOST_DESCRIBE_STRUCT(BoxQuery, (), (box, limit, cursor))

}  // namespace stoa::messages
