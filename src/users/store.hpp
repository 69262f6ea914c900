#pragma once

#include "platform/db/database.hpp"
#include "platform/db/rule.hpp"
#include "users/types.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stoa::users {

/// What a log-in is checked against.
struct Login {
    Username username;
    Role role = Role::member;
    std::optional<std::string> password_hash;
};
BOOST_DESCRIBE_STRUCT(Login, (), (username, role, password_hash))

/// A session as it is kept, with what its user is now.
struct KeptSession {
    Username username;
    Role role = Role::member;
    std::string token_hash;
};
BOOST_DESCRIBE_STRUCT(KeptSession, (), (username, role, token_hash))

/// A deactivated user whose email is to be wiped.
struct Leaver {
    std::int64_t id = 0;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(Leaver, (), (id, address))

/// The users' tables: all SQL about them is here. A deactivated user is not found by any function but those that say so,
/// yet its name and email stay taken. `address_hash` is what stands for an email that was wiped. Every function may throw
/// Problem::unavailable.
class Store {
  public:
    explicit Store(db::Session& db) : db_(db) {}

    /// Throws Problem::conflict, which says what is taken, if the name or the email is.
    static Task<User> insert(db::Transaction& tx, NewUser user, std::string address_hash,
                             std::optional<std::string> password_hash, Timestamp now);

    Task<std::optional<User>> find(Username name);

    /// All there ever were, deactivated ones too, newest first.
    Task<Page<Account>> accounts(Limit limit, Cursor after);

    /// Throws Problem::conflict if the email is another user's.
    static Task<std::optional<User>> set_email(db::Transaction& tx, Username name, Email email,
                                               std::string address_hash);

    static Task<std::optional<User>> add_karma(db::Transaction& tx, Username name,
                                               KarmaDelta delta);

    /// Puts another sum in the place of what votes have given so far, unless it is older than that.
    static Task<std::optional<User>> set_earned(db::Transaction& tx, Username name,
                                                KarmaTotal total,
                                                std::optional<KarmaVersion> version);

    /// What ends a user's sessions, what begins one if nothing has, and what a session must be there for run one after the other.
    static Task<> must_be_alone_with(db::Transaction& tx, Username name);

    /// Sets a role, and ends the user's sessions: their tokens tell the one before.
    static Task<std::optional<Account>> set_role(db::Transaction& tx, Username name, Role role);

    Task<std::optional<Login>> login(std::string lower_name);

    /// Sets a password's hash if it is still `before`.
    static Task<std::optional<User>> set_password_hash(db::Transaction& tx, Username name,
                                                       std::optional<std::string> before,
                                                       std::string hash);

    /// Gives the user as it was, and ends its sessions.
    static Task<std::optional<User>> deactivate(db::Transaction& tx, Username name, Timestamp now);

    /// Undoes a deactivation, unless the user has been wiped.
    static Task<std::optional<User>> reactivate(db::Transaction& tx, Username name);

    /// Some of those that were deactivated before a moment and are not wiped yet.
    Task<std::vector<Leaver>> leavers(Timestamp before) { return leavers(db_, before); }
    static Task<std::vector<Leaver>> leavers(db::Executor& db, Timestamp before);

    /// Forgets a leaver's email and password; the hash keeps the email taken.
    static Task<> wipe(db::Transaction& tx, Leaver leaver, std::string address_hash, Timestamp now);

    /// Begins a session, if password and role are still those that were looked at. A user's oldest ones end when there are
    /// many.
    static Task<bool> begin_session(db::Transaction& tx, SessionId id, Login login,
                                    std::string token_hash, Timestamp now, Timestamp expires);

    /// A session that has neither ended nor expired.
    Task<std::optional<KeptSession>> kept_session(SessionId id, Timestamp now);
    static Task<std::optional<Session>> session(db::Executor& db, SessionId id, Timestamp now);

    /// Puts another refresh token in the place of `before`; false if another request has done so.
    static Task<bool> renew_session(db::Transaction& tx, SessionId id, std::string before,
                                    std::string token_hash, Timestamp expires);

    /// False if it was not there.
    static Task<bool> end_session(db::Transaction& tx, SessionId id);
    /// Ends a session whose newest token is not the given one; false if it is, or there is none.
    static Task<bool> end_stolen_session(db::Transaction& tx, SessionId id, std::string token_hash);

    static Task<> end_sessions_of(db::Transaction& tx, Username name);

    /// After a restore: which log-ins have ended since, nobody knows any more.
    static const db::Query& end_all_sessions();

    /// What must hold of these tables.
    static std::span<const db::Rule> rules();

  private:
    db::Session& db_;
};

}  // namespace stoa::users
