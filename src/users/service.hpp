#pragma once

#include "platform/auth/caller.hpp"
#include "platform/auth/passwords.hpp"
#include "platform/http/endpoint.hpp"
#include "users/store.hpp"

namespace stoa::users {

/// Users: create, retrieve, change, deactivate; karma.
class Service {
  public:
    static constexpr std::string_view kName = "users";
    static constexpr std::string_view kAbout =
        "Users: create, retrieve, change email and password, karma, deactivate.";

    Service(db::Session& db, Passwords passwords) : db_(db), store_(db), passwords_(passwords) {}

    /// Adds the operations to the routes.
    static void declare(http::Routes<Service> routes);

  private:
    Task<http::Created<User>> create(NewUser user, const http::Write& write);
    Task<http::Private<User>> retrieve(Username name, Caller caller);
    Task<User> update_email(Username name, NewEmail change, Caller caller, db::Transaction& tx);
    Task<User> change_password(Username name, PasswordChange change, Caller caller);
    Task<User> change_karma(Username name, KarmaChange change, Caller caller, db::Transaction& tx);
    Task<User> deactivate(Username name, Caller caller, db::Transaction& tx);

    db::Session& db_;
    Store store_;
    Passwords passwords_;
};

}  // namespace stoa::users
