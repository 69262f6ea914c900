#pragma once

#include "platform/db/database.hpp"
#include "users/types.hpp"

#include <optional>
#include <string>

namespace stoa::users {

/// The users' tables: all SQL about them is here. A deactivated user is not found by any function, but its name
/// and email stay taken. Every function may throw Problem::unavailable.
class Store {
  public:
    explicit Store(db::Session& db) : db_(db) {}

    /// Throws Problem::conflict, which says what is taken, if the name or the email is.
    static Task<User> insert(db::Transaction& tx, NewUser user,
                             std::optional<std::string> password_hash, Timestamp now);

    Task<std::optional<User>> find(Username name);

    /// Throws Problem::conflict if the email is another user's.
    static Task<std::optional<User>> set_email(db::Transaction& tx, Username name, Email email);

    /// The hash of a user's password, if there is such a user and it has one.
    Task<std::optional<std::string>> password_hash(Username name);

    /// Sets a password's hash if it is still `before`.
    static Task<std::optional<User>> set_password_hash(db::Transaction& tx, Username name,
                                                       std::string before, std::string hash);

    static Task<std::optional<User>> add_karma(db::Transaction& tx, Username name,
                                               KarmaDelta delta);

    /// Gives the user as it was.
    static Task<std::optional<User>> deactivate(db::Transaction& tx, Username name, Timestamp now);

  private:
    db::Session& db_;
};

}  // namespace stoa::users
