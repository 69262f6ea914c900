#pragma once

#include "platform/auth/caller.hpp"
#include "platform/auth/passwords.hpp"
#include "platform/auth/token_issuer.hpp"
#include "platform/http/endpoint.hpp"
#include "users/guesses.hpp"
#include "users/store.hpp"

#include <chrono>

namespace stoa::users {

/// What the users service stands on beside its data.
struct Means {
    Passwords passwords;
    const TokenIssuer& issuer;
    Guesses& guesses;
    std::chrono::seconds session_lifetime;
    std::chrono::seconds forget_after;  ///< from a deactivation on
};

/// Users: create, retrieve, change, deactivate; karma; roles; and their log-ins.
class Service {
  public:
    static constexpr std::string_view kName = "users";
    static constexpr std::string_view kAbout =
        "Users: create, retrieve, change email and password, karma, deactivate; log in and out.";

    Service(db::Session& db, Means means) : db_(db), store_(db), means_(means) {}

    /// Adds the operations to the routes.
    static void declare(http::Routes<Service> routes);

    /// Wipes the email and password of users who have been deactivated for long. To be called every few seconds.
    Task<> wipe_leavers();

  private:
    static void declare_administration(http::Routes<Service> routes);
    static void declare_tokens(http::Routes<Service> routes);

    Task<http::Created<User>> create(NewUser user, Caller caller, const http::Write& write);
    Task<http::Private<User>> retrieve(Username name, Caller caller);
    Task<User> update_email(Username name, NewEmail change, Caller caller, db::Transaction& tx);
    Task<User> change_password(Username name, PasswordChange change, Caller caller,
                               http::ClientNetwork network);
    Task<User> change_karma(Username name, KarmaChange change, Caller caller, db::Transaction& tx);
    Task<User> set_karma_from_votes(Username name, KarmaFromVotes karma, Caller caller,
                                    db::Transaction& tx);
    Task<User> deactivate(Username name, Caller caller, db::Transaction& tx);

    Task<Page<Account>> list(AccountQuery query);
    Task<Account> set_role(Username name, RoleChange change, Caller caller, db::Transaction& tx);
    Task<User> reactivate(Username name, Caller caller, db::Transaction& tx);

    Task<http::Created<Tokens>> log_in(Credentials given, http::ClientNetwork network,
                                       const http::Write& write);
    Task<http::Created<Tokens>> renew(Renewal renewal, const http::Write& write);
    Task<Session> log_out(SessionId id, Caller caller, db::Transaction& tx);

    /// Nothing if what was looked at has changed meanwhile.
    Task<std::optional<http::Created<Tokens>>> begin_session(Login login, const http::Write& write);

    /// A token is good until it expires; but here, where sessions are known, one whose session has ended changes nothing any
    /// more: Problem 401.
    static Task<> must_be_logged_in(db::Transaction& tx, Caller caller);

    /// The user's name and what was checked, if these are its name and password. Throws Problem 401, 429 or 503.
    Task<Login> checked(Credentials given, http::ClientNetwork network);
    /// Hashes a password anew, if its hash is of another cost than today's.
    Task<> renew_hash(Login login, GivenPassword password);
    Task<> check_current(Username name, GivenPassword current, std::optional<std::string> hash,
                         http::ClientNetwork network);
    http::Created<Tokens> tokens_for(SessionId id, Username name, Role role,
                                     std::string secret) const;
    std::string address_hash(const std::string& lower_address) const;

    db::Session& db_;
    Store store_;
    Means means_;
};

}  // namespace stoa::users
