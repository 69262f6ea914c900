#include "users/service.hpp"

#include "platform/problem.hpp"

namespace stoa::users {

namespace {

constexpr std::string_view kNoUser = "There is no such user, or no longer.";
constexpr std::string_view kNotTheirs = "This is for the user and admins.";

/// A user that must be there.
User present(std::optional<User> user) {
    if (!user) throw Problem::not_found(std::string(kNoUser));
    return std::move(*user);
}

}  // namespace

void Service::declare(http::Routes<Service> routes) {
    routes.post("/users",
                {.id = "create_user",
                 .summary = "Create a user",
                 .description = "The password may be left out with `auth = open`.",
                 .conflict = "The username or the email is taken."},
                &Service::create);
    routes.get("/users/{username}",
               {.id = "retrieve_user",
                .summary = "Retrieve a user",
                .description = "The email is there for the user and admins alone.",
                .not_found = kNoUser},
               &Service::retrieve);
    routes.put("/users/{username}/email",
               {.id = "update_email",
                .summary = "Update the email",
                .not_found = kNoUser,
                .forbidden = kNotTheirs,
                .conflict = "The email is taken."},
               &Service::update_email);
    routes.put("/users/{username}/password",
               {.id = "change_password",
                .summary = "Change the password",
                .not_found = kNoUser,
                .forbidden = "The current password is another one, or the user is somebody else."},
               &Service::change_password);
    routes.patch("/users/{username}/karma",
                 {.id = "change_karma",
                  .summary = "Increment or decrement the karma",
                  .description = "For a service or an admin.",
                  .not_found = kNoUser,
                  .forbidden = "Only a service or an admin may change karma."},
                 &Service::change_karma);
    routes.delete_(
        "/users/{username}",
        {.id = "deactivate_user",
         .summary = "Deactivate a user",
         .description =
             "From then on there is no such user; the name and the email stay taken. Answers the "
             "user as it was.",
         .not_found = kNoUser,
         .forbidden = kNotTheirs},
        &Service::deactivate);
}

Task<http::Created<User>> Service::create(NewUser user, const http::Write& write) {
    std::optional<std::string> hash;
    if (user.password) hash = co_await passwords_.hash(std::move(*user.password).str());
    const auto insert = [&](db::Transaction& tx) -> Task<http::Created<User>> {
        auto made = co_await Store::insert(tx, user, hash, Timestamp::now());
        const auto place = fmt::format("/users/{}", made.username.str());
        co_return http::created(std::move(made), place);
    };
    co_return co_await write(insert);
}

Task<http::Private<User>> Service::retrieve(Username name, Caller caller) {
    User user = present(co_await store_.find(name));
    const bool may_see = caller.may_see_private(user.username);
    if (!may_see) user.email.value.reset();
    co_return http::Private<User>{std::move(user), may_see};
}

Task<User> Service::update_email(Username name, NewEmail change, Caller caller,
                                 db::Transaction& tx) {
    caller.must_be(name);
    co_return present(co_await Store::set_email(tx, name, change.email));
}

Task<User> Service::change_password(Username name, PasswordChange change, Caller caller) {
    caller.must_be(name);
    present(co_await store_.find(name));
    const auto before = co_await store_.password_hash(name);
    if (!before) throw Problem::forbidden("The user has no password.");
    const bool same = co_await passwords_.matches(*before, std::move(change.current).str());
    if (!same) throw Problem::forbidden("The current password is another one.");
    const auto after = co_await passwords_.hash(std::move(change.new_).str());
    const auto set = [&](db::Transaction& tx) {
        return Store::set_password_hash(tx, name, *before, after);
    };
    auto user = co_await db_.write(set);
    if (!user) throw Problem::conflict("The password was changed by another request.");
    co_return std::move(*user);
}

Task<User> Service::change_karma(Username name, KarmaChange change, Caller caller,
                                 db::Transaction& tx) {
    caller.must_be_trusted();
    co_return present(co_await Store::add_karma(tx, name, change.delta));
}

Task<User> Service::deactivate(Username name, Caller caller, db::Transaction& tx) {
    caller.must_be(name);
    co_return present(co_await Store::deactivate(tx, name, Timestamp::now()));
}

}  // namespace stoa::users
