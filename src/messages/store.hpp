#pragma once

#include "messages/types.hpp"
#include "platform/db/database.hpp"
#include "platform/db/rule.hpp"

#include <optional>
#include <span>

namespace stoa::messages {

/// The messages' tables: all SQL about them is here. Each party of a message has a copy of its own; a message is
/// seen through its owner's copy alone, so nobody else's can be reached. Every function may throw
/// Problem::unavailable.
class Store {
  public:
    explicit Store(db::Session& db) : db_(db) {}

    static Task<Message> insert(db::Transaction& tx, NewMessage message, Timestamp now);

    /// A message as `owner` has it.
    Task<std::optional<Message>> find(Username owner, MessageId id);
    static Task<std::optional<Message>> find(db::Executor& db, Username owner, MessageId id);

    /// Newest first.
    Task<Page<Message>> box(Username owner, Box box, Limit limit, Cursor after);

    static Task<> set_flag(db::Transaction& tx, Username owner, MessageId id,
                           std::optional<Flag> flag);

    /// Marks it read at `when`, or unread. One that is read already keeps its time.
    static Task<> set_read(db::Transaction& tx, MessageId id, std::optional<Timestamp> when);

    /// Deletes the owner's copy and gives the message, if it was there; with the last one the message goes.
    static Task<std::optional<Message>> remove(db::Transaction& tx, Username owner, MessageId id);

    /// What must hold of these tables.
    static std::span<const db::Rule> rules();

  private:
    db::Session& db_;
};

}  // namespace stoa::messages
