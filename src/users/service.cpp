#include "users/service.hpp"

#include "platform/problem.hpp"

namespace stoa::users {

namespace {

constexpr std::string_view kNoUser = "There is no such user, or no longer.";

/// A user that must be there.
template <class T>
T present(std::optional<T> user) {
    if (!user) throw Problem::not_found(std::string(kNoUser));
    return std::move(*user);
}

/// A user as a caller may see it.
User seen_by(const Caller& caller, User user) {
    if (!caller.may_see_private(user.username)) user.email.value.reset();
    return user;
}

}  // namespace

Task<> Service::must_be_logged_in(db::Transaction& tx, Caller caller) {
    if (caller.session().empty()) co_return;
    const SessionId id(caller.session());
    // Or it could end between this look and what comes of it.
    co_await Store::must_be_alone_with(tx, *caller.user());
    const auto session = co_await Store::session(tx, id, Timestamp::now());
    if (!session) throw Problem::bad_token("The token's session has ended.");
}

void Service::declare(http::Routes<Service> routes) {
    routes.post("/users",
                {.id = "create_user",
                 .summary = "Create a user",
                 .right = rights::anyone,
                 .description = "The password may be left out with `auth = open`, and by an admin "
                                "or a service: nobody can log in then.",
                 .conflict = "The username or the email is taken.",
                 .limit = http::LimitClass::signup},
                &Service::create);
    routes.get("/users/{username}",
               {.id = "retrieve_user",
                .summary = "Retrieve a user",
                .right = rights::anyone,
                .description = "The email is there for the user and admins alone.",
                .not_found = kNoUser},
               &Service::retrieve);
    routes.put("/users/{username}/email",
               {.id = "update_email",
                .summary = "Update the email",
                .right = rights::user,
                .not_found = kNoUser,
                .conflict = "The email is taken."},
               &Service::update_email);
    routes.put(
        "/users/{username}/password",
        {.id = "change_password",
         .summary = "Change the password",
         .right = rights::user,
         .description =
             "Ends all sessions of the user. An admin may leave out somebody else's `current`.",
         .not_found = kNoUser,
         .forbidden = "The current password is another one, or the user is somebody else.",
         .conflict = "The password was changed by another request."},
        &Service::change_password);
    routes.patch("/users/{username}/karma",
                 {.id = "change_karma",
                  .summary = "Increment or decrement the karma",
                  .right = rights::trusted,
                  .not_found = kNoUser},
                 &Service::change_karma);
    routes.put(
        "/users/{username}/karma/votes",
        {.id = "set_karma_from_votes",
         .summary = "Set what votes have given of the karma",
         .right = rights::trusted,
         .description = "For the votes service: a sum, so that it may be told again. What was "
                        "changed by other means stays.",
         .not_found = kNoUser},
        &Service::set_karma_from_votes);
    routes.delete_(
        "/users/{username}",
        {.id = "deactivate_user",
         .summary = "Deactivate a user",
         .right = rights::user,
         .description = "From then on there is no such user; the name and the email stay taken, "
                        "all sessions end. An admin can undo it "
                        "until the email and the password are wiped. Answers the user as it was.",
         .not_found = kNoUser},
        &Service::deactivate);
    declare_administration(routes);
    declare_tokens(routes);
}

void Service::declare_administration(http::Routes<Service> routes) {
    routes.get("/accounts",
               {.id = "list_accounts",
                .summary = "List all accounts",
                .right = rights::admin,
                .description = "Newest first, deactivated ones too.",
                .is_private = true},
               &Service::list);
    routes.put("/accounts/{username}/role",
               {.id = "set_role",
                .summary = "Set a user's role",
                .right = rights::admin,
                .description = "Ends all sessions of the user.",
                .not_found = kNoUser},
               &Service::set_role);
    routes.post(
        "/accounts/{username}/reactivation",
        {.id = "reactivate_user",
         .summary = "Undo a deactivation",
         .right = rights::admin,
         .not_found =
             "No user of this name was deactivated, or its email and password have been wiped."},
        &Service::reactivate);
}

Task<http::Created<User>> Service::create(NewUser user, Caller caller, const http::Write& write) {
    co_await write.stop_if_done();
    std::optional<std::string> hash;
    if (user.password) hash = co_await means_.passwords.hash(std::move(*user.password).str());
    const std::string wiped = address_hash(user.email.lower());
    const auto insert = [&](db::Transaction& tx) -> Task<http::Created<User>> {
        co_await must_be_logged_in(tx, caller);
        auto made = co_await Store::insert(tx, user, wiped, hash, Timestamp::now());
        const auto place = fmt::format("/users/{}", made.username.str());
        co_return http::created(std::move(made), place);
    };
    co_return co_await write(insert);
}

Task<http::Private<User>> Service::retrieve(Username name, Caller caller) {
    User user = present(co_await store_.find(name));
    user = seen_by(caller, std::move(user));
    const bool is_private = user.email.value.has_value();
    co_return http::Private<User>{std::move(user), is_private};
}

Task<User> Service::update_email(Username name, NewEmail change, Caller caller,
                                 db::Transaction& tx) {
    caller.must_have_right_to(name);
    co_await must_be_logged_in(tx, caller);
    const std::string wiped = address_hash(change.email.lower());
    co_return present(co_await Store::set_email(tx, name, change.email, wiped));
}

Task<User> Service::change_password(Username name, PasswordChange change, Caller caller,
                                    http::ClientNetwork network) {
    caller.must_have_right_to(name);
    const Login login = present(co_await store_.login(name.lower()));
    // Of other passwords an admin need not know the current one; of the own, who has only found its token must not be able to.
    if (!change.current && caller.is(name) && !caller.session().empty()) {
        throw Problem::invalid({Fault::In::body, "/current", "is missing"});
    }
    if (change.current) {
        co_await check_current(name, *change.current, login.password_hash, network);
    }
    const auto after = co_await means_.passwords.hash(std::move(change.new_).str());
    const auto set = [&](db::Transaction& tx) -> Task<User> {
        co_await must_be_logged_in(tx, caller);
        auto user = co_await Store::set_password_hash(tx, name, login.password_hash, after);
        if (!user) throw Problem::conflict("The password was changed by another request.");
        co_await Store::end_sessions_of(tx, name);
        co_return std::move(*user);
    };
    co_return co_await db_.write(set);
}

Task<> Service::check_current(Username name, GivenPassword current, std::optional<std::string> hash,
                              http::ClientNetwork network) {
    if (!hash) throw Problem::forbidden("The user has no password.");
    Guesses::Try attempt(means_.guesses, name.str(), network);
    const bool same = co_await means_.passwords.matches(*hash, current.str());
    if (same) co_return;
    attempt.was_wrong();
    throw Problem::forbidden("The current password is another one.");
}

Task<User> Service::change_karma(Username name, KarmaChange change, Caller caller,
                                 db::Transaction& tx) {
    co_await must_be_logged_in(tx, caller);
    User user = present(co_await Store::add_karma(tx, name, change.delta));
    co_return seen_by(caller, std::move(user));
}

Task<User> Service::set_karma_from_votes(Username name, KarmaFromVotes karma, Caller caller,
                                         db::Transaction& tx) {
    co_await must_be_logged_in(tx, caller);
    User user = present(co_await Store::set_earned(tx, name, karma.total, karma.version));
    co_return seen_by(caller, std::move(user));
}

Task<User> Service::deactivate(Username name, Caller caller, db::Transaction& tx) {
    caller.must_have_right_to(name);
    co_await must_be_logged_in(tx, caller);
    co_return present(co_await Store::deactivate(tx, name, Timestamp::now()));
}

Task<Page<Account>> Service::list(AccountQuery query) {
    return store_.accounts(query.limit, query.cursor.value_or(Cursor::start()));
}

Task<Account> Service::set_role(Username name, RoleChange change, Caller caller,
                                db::Transaction& tx) {
    co_await must_be_logged_in(tx, caller);
    co_return present(co_await Store::set_role(tx, name, change.role));
}

Task<User> Service::reactivate(Username name, Caller caller, db::Transaction& tx) {
    co_await must_be_logged_in(tx, caller);
    auto user = co_await Store::reactivate(tx, name);
    if (!user) throw Problem::not_found("There is nobody of this name to be reactivated.");
    co_return std::move(*user);
}

Task<> Service::wipe_leavers() {
    const auto now = Timestamp::now();
    const auto forget_after = std::chrono::milliseconds(means_.forget_after).count();
    const Timestamp long_ago{now.milliseconds - forget_after};
    const auto found = co_await store_.leavers(long_ago);
    if (found.empty()) co_return;
    const auto wipe = [&](db::Transaction& tx) -> Task<std::size_t> {
        // Looked for again: one may have come back meanwhile.
        const auto leavers = co_await Store::leavers(tx, long_ago);
        for (const Leaver& leaver : leavers) {
            const std::string hash = address_hash(leaver.address);
            co_await Store::wipe(tx, leaver, hash, now);
        }
        co_return leavers.size();
    };
    co_await db_.write(wipe);
}

std::string Service::address_hash(const std::string& lower_address) const {
    return means_.issuer.seal().hash("email", lower_address);
}

}  // namespace stoa::users
