#include "users/store.hpp"

#include "platform/problem.hpp"

namespace stoa::users {

namespace {

using db::Query;

const Query kInsert{
    "insert into users (name, username, address, email, password_hash, created_at) "
    "values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning " +
    db::columns<User>()};

const Query kNameTaken{"select 1 from users where name = $1"};

const Query kAddressOwner{"select name from users where address = $1"};

const Query kFind{"select " + db::columns<User>() +
                  " from users where name = $1 and deactivated_at is null"};

const Query kSetEmail{
    "update users set address = $2, email = $3 where name = $1 and deactivated_at is null "
    "returning " +
    db::columns<User>()};

const Query kPasswordHash{
    "select password_hash from users where name = $1 and deactivated_at is null"};

const Query kSetPasswordHash{
    "update users set password_hash = $3 where name = $1 and password_hash = $2 "
    "and deactivated_at is null returning " +
    db::columns<User>()};

const Query kAddKarma{
    "update users set karma = karma + $2 where name = $1 and deactivated_at is null returning " +
    db::columns<User>()};

const Query kDeactivate{
    "update users set deactivated_at = $2 where name = $1 and deactivated_at is null returning " +
    db::columns<User>()};

}  // namespace

Task<User> Store::insert(db::Transaction& tx, NewUser user,
                         std::optional<std::string> password_hash, Timestamp now) {
    auto made = co_await tx.one<User>(kInsert, user.username.lower(), user.username,
                                      user.email.lower(), user.email, password_hash, now);
    if (made) co_return std::move(*made);
    const bool name_taken =
        (co_await tx.one<std::int64_t>(kNameTaken, user.username.lower())).has_value();
    throw Problem::conflict(name_taken ? "The username is taken." : "The email is taken.");
}

Task<std::optional<User>> Store::find(Username name) { return db_.one<User>(kFind, name.lower()); }

Task<std::optional<User>> Store::set_email(db::Transaction& tx, Username name, Email email) {
    const auto owner = co_await tx.one<std::string>(kAddressOwner, email.lower());
    const auto user = co_await tx.one<User>(kFind, name.lower());
    if (user && owner && *owner != name.lower()) throw Problem::conflict("The email is taken.");
    co_return co_await tx.one<User>(kSetEmail, name.lower(), email.lower(), email);
}

Task<std::optional<std::string>> Store::password_hash(Username name) {
    auto hash = co_await db_.one<std::optional<std::string>>(kPasswordHash, name.lower());
    co_return hash ? std::move(*hash) : std::nullopt;
}

Task<std::optional<User>> Store::set_password_hash(db::Transaction& tx, Username name,
                                                   std::string before, std::string hash) {
    return tx.one<User>(kSetPasswordHash, name.lower(), before, hash);
}

Task<std::optional<User>> Store::add_karma(db::Transaction& tx, Username name, KarmaDelta delta) {
    return tx.one<User>(kAddKarma, name.lower(), delta);
}

Task<std::optional<User>> Store::deactivate(db::Transaction& tx, Username name, Timestamp now) {
    return tx.one<User>(kDeactivate, name.lower(), now);
}

}  // namespace stoa::users
