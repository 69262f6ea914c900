#pragma once

#include "messages/accounts.hpp"
#include "messages/store.hpp"
#include "platform/auth/caller.hpp"
#include "platform/http/endpoint.hpp"

namespace stoa::messages {

/// Messages between users: send, retrieve, boxes, favorite, read, delete.
class Service {
  public:
    static constexpr std::string_view kName = "messages";
    static constexpr std::string_view kAbout =
        "Messages between users: send, boxes, favorite, mark read, delete.";

    Service(db::Session& db, Accounts accounts) : store_(db), accounts_(accounts) {}

    /// Adds the operations to the routes.
    static void declare(http::Routes<Service> routes);

  private:
    Task<http::Created<Message>> send(NewMessage message, http::Trace trace,
                                      const http::Write& write);
    Task<Message> retrieve(MessageId id, KnownCaller caller);
    Task<Page<Message>> box(BoxQuery query, KnownCaller caller);
    Task<Message> favorite(MessageId id, KnownCaller caller, db::Transaction& tx);
    Task<Message> unfavorite(MessageId id, KnownCaller caller, db::Transaction& tx);
    Task<Message> mark_read(MessageId id, KnownCaller caller, db::Transaction& tx);
    Task<Message> mark_unread(MessageId id, KnownCaller caller, db::Transaction& tx);
    Task<Message> remove(MessageId id, KnownCaller caller, db::Transaction& tx);

    Store store_;
    Accounts accounts_;
};

}  // namespace stoa::messages
