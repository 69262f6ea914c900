#include "messages/store.hpp"

namespace stoa::messages {

namespace {

using db::Query;

/// The columns of Message, in its order, from a copy and its message.
const std::string kSeen =
    "select m.id, m.sender, m.recipient, m.sent_at, m.contents, c.flag, m.read_at "
    "from copies c join messages m on m.id = c.message_id where c.owner = $1 ";

const Query kInsert{
    "insert into messages (sender, recipient, sent_at, contents) values ($1, $2, $3, $4) "
    "returning id"};

const Query kInsertCopy{
    "insert into copies (owner, message_id, is_received, is_sent) values ($1, $2, $3, $4)"};

const Query kFind{kSeen + "and c.message_id = $2"};

const std::string kPage = "and c.message_id < $2 order by c.message_id desc limit $3";

// Each is served by an index of its own (copies_received, copies_sent, copies_favorite), read backwards.
const Query kInbox{kSeen + "and c.is_received = 1 " + kPage};
const Query kSent{kSeen + "and c.is_sent = 1 " + kPage};
const Query kFavorites{kSeen + "and c.flag = 1 " + kPage};

const Query kSetFlag{"update copies set flag = $3 where owner = $1 and message_id = $2"};

const Query kSetRead{"update messages set read_at = coalesce(read_at, $2) where id = $1"};
const Query kSetUnread{"update messages set read_at = null where id = $1"};

const Query kDeleteCopy{"delete from copies where owner = $1 and message_id = $2"};

const Query kDeleteIfLast{
    "delete from messages where id = $1 "
    "and not exists (select 1 from copies where message_id = $1)"};

/// A message's place in boxes: by id.
Cursor place(const Message& message) { return {message.id.value(), 0}; }

const Query& query_of(Box box) {
    switch (box) {
        case Box::inbox:
            return kInbox;
        case Box::sent:
            return kSent;
        case Box::favorites:
            break;
    }
    return kFavorites;
}

const Query kStrangersCopies{
    "select 'message ' || m.id || ' of ' || c.owner "
    "from copies c join messages m on m.id = c.message_id "
    "where c.is_sent <> (case when c.owner = lower(m.sender) then 1 else 0 end) "
    "or c.is_received <> (case when c.owner = lower(m.recipient) then 1 else 0 end) "
    "or c.is_sent + c.is_received = 0"};

const std::string kUncopied =
    "from messages where not exists (select 1 from copies where message_id = messages.id)";
const Query kMessagesOfNobody{"select 'message ' || id " + kUncopied};
// The program deletes a message with its last copy: one without has lost them, and its parties get them again.
const Query kCopyAgain{
    "insert into copies (owner, message_id, is_received, is_sent) "
    "select lower(recipient), id, 1, case when lower(sender) = lower(recipient) then 1 else 0 "
    "end " +
    kUncopied + " union all select lower(sender), id, 0, 1 " + kUncopied +
    " and lower(sender) <> lower(recipient)"};

}  // namespace

Task<Message> Store::insert(db::Transaction& tx, NewMessage message, Timestamp now) {
    const Username from{message.from.str()};
    const auto id = *co_await tx.one<MessageId>(kInsert, from, message.to, now, message.contents);
    if (from.lower() == message.to.lower()) {
        co_await tx.execute(kInsertCopy, from.lower(), id, true, true);
    } else {
        co_await tx.execute(kInsertCopy, from.lower(), id, false, true);
        co_await tx.execute(kInsertCopy, message.to.lower(), id, true, false);
    }
    co_return *co_await find(tx, from, id);
}

Task<std::optional<Message>> Store::find(Username owner, MessageId id) {
    return find(db_, std::move(owner), id);
}

Task<std::optional<Message>> Store::find(db::Executor& db, Username owner, MessageId id) {
    return db.one<Message>(kFind, owner.lower(), id);
}

Task<Page<Message>> Store::box(Username owner, Box box, Limit limit, Cursor after) {
    auto rows =
        co_await db_.all<Message>(query_of(box), owner.lower(), after.major, limit.value() + 1);
    co_return page_of(std::move(rows), limit, place);
}

Task<> Store::set_flag(db::Transaction& tx, Username owner, MessageId id,
                       std::optional<Flag> flag) {
    return tx.execute(kSetFlag, owner.lower(), id, flag);
}

Task<> Store::set_read(db::Transaction& tx, MessageId id, std::optional<Timestamp> when) {
    return when ? tx.execute(kSetRead, id, *when) : tx.execute(kSetUnread, id);
}

Task<std::optional<Message>> Store::remove(db::Transaction& tx, Username owner, MessageId id) {
    // Of the two parties one is the last.
    co_await tx.lock(db::topic("message", id.value()));
    auto message = co_await find(tx, owner, id);
    if (!message) co_return std::nullopt;
    co_await tx.execute(kDeleteCopy, owner.lower(), id);
    co_await tx.execute(kDeleteIfLast, id);
    co_return message;
}

std::span<const db::Rule> Store::rules() {
    static const db::Rule rules[] = {
        {"every copy is one of the message's parties'", kStrangersCopies},
        {"every message is somebody's", kMessagesOfNobody, {kCopyAgain}},
    };
    return rules;
}

}  // namespace stoa::messages
