#include "messages/service.hpp"

#include "platform/problem.hpp"

namespace stoa::messages {

namespace {

constexpr std::string_view kNoMessage = "You have no such message, or no longer.";
constexpr std::string_view kNobody = "There is no account with the name in `to`.";
constexpr std::string_view kNotRecipient =
    "Only the recipient of a message marks it read or unread.";

/// A message that its caller must have.
Message present(std::optional<Message> message) {
    if (!message) throw Problem::not_found(std::string(kNoMessage));
    return std::move(*message);
}

/// A message as its caller has it now.
Task<Message> seen(db::Transaction& tx, Username owner, MessageId id) {
    co_return present(co_await Store::find(tx, owner, id));
}

Task<Message> flagged(db::Transaction& tx, Username owner, MessageId id, std::optional<Flag> flag) {
    co_await Store::set_flag(tx, owner, id, flag);
    co_return co_await seen(tx, owner, id);
}

Task<Message> marked(db::Transaction& tx, Username owner, MessageId id,
                     std::optional<Timestamp> read_at) {
    const Message message = co_await seen(tx, owner, id);
    if (message.to.lower() != owner.lower()) throw Problem::forbidden(std::string(kNotRecipient));
    co_await Store::set_read(tx, id, read_at);
    co_return co_await seen(tx, owner, id);
}

}  // namespace

void Service::declare(http::Routes<Service> routes) {
    routes.post("/messages",
                {.id = "send_message",
                 .summary = "Send a message",
                 .right = rights::actor,
                 .conflict = kNobody},
                &Service::send);
    routes.get("/messages/{id}",
               {.id = "retrieve_message",
                .summary = "Retrieve a message",
                .right = rights::party,
                .not_found = kNoMessage,
                .is_private = true},
               &Service::retrieve);
    routes.get("/messages",
               {.id = "list_messages",
                .summary = "List a box",
                .right = rights::party,
                .description = "Newest first.",
                .is_private = true},
               &Service::box);
    routes.put("/messages/{id}/favorite",
               {.id = "favorite_message",
                .summary = "Make a message a favorite",
                .right = rights::party,
                .not_found = kNoMessage},
               &Service::favorite);
    routes.delete_("/messages/{id}/favorite",
                   {.id = "unfavorite_message",
                    .summary = "Make a message no favorite",
                    .right = rights::party,
                    .not_found = kNoMessage},
                   &Service::unfavorite);
    routes.put("/messages/{id}/read",
               {.id = "mark_message_read",
                .summary = "Mark a message read",
                .right = rights::party,
                .not_found = kNoMessage,
                .forbidden = kNotRecipient},
               &Service::mark_read);
    routes.delete_("/messages/{id}/read",
                   {.id = "mark_message_unread",
                    .summary = "Mark a message unread",
                    .right = rights::party,
                    .not_found = kNoMessage,
                    .forbidden = kNotRecipient},
                   &Service::mark_unread);
    routes.delete_(
        "/messages/{id}",
        {.id = "delete_message",
         .summary = "Delete a message",
         .right = rights::party,
         .description =
             "It is gone for the caller, not for the other party. Answers the message as it was.",
         .not_found = kNoMessage},
        &Service::remove);
}

Task<http::Created<Message>> Service::send(NewMessage message, http::Trace trace,
                                           const http::Write& write) {
    co_await write.stop_if_done();
    const bool nobody = co_await accounts_.known_not_to_exist(message.to, trace);
    if (nobody) {
        throw Problem::conflict(std::string(kNobody));
    }
    const auto insert = [&](db::Transaction& tx) -> Task<http::Created<Message>> {
        auto made = co_await Store::insert(tx, message, Timestamp::now());
        const auto place = fmt::format("/messages/{}", made.id.value());
        co_return http::created(std::move(made), place);
    };
    co_return co_await write(insert);
}

Task<Message> Service::retrieve(MessageId id, KnownCaller caller) {
    co_return present(co_await store_.find(caller.name, id));
}

Task<Page<Message>> Service::box(BoxQuery query, KnownCaller caller) {
    return store_.box(caller.name, query.box, query.limit, query.cursor.value_or(Cursor::start()));
}

Task<Message> Service::favorite(MessageId id, KnownCaller caller, db::Transaction& tx) {
    return flagged(tx, caller.name, id, Flag::favorite);
}

Task<Message> Service::unfavorite(MessageId id, KnownCaller caller, db::Transaction& tx) {
    return flagged(tx, caller.name, id, std::nullopt);
}

Task<Message> Service::mark_read(MessageId id, KnownCaller caller, db::Transaction& tx) {
    return marked(tx, caller.name, id, Timestamp::now());
}

Task<Message> Service::mark_unread(MessageId id, KnownCaller caller, db::Transaction& tx) {
    return marked(tx, caller.name, id, std::nullopt);
}

Task<Message> Service::remove(MessageId id, KnownCaller caller, db::Transaction& tx) {
    co_return present(co_await Store::remove(tx, caller.name, id));
}

}  // namespace stoa::messages
