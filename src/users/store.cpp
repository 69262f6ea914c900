#include "users/store.hpp"

#include "platform/problem.hpp"

namespace stoa::users {

namespace {

using db::Query;

/// An account with its place in lists.
struct NumberedAccount : Account {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(NumberedAccount, (Account), (id))

/// The columns of T from a user that is not deactivated, where `$1` is its name in lower case.
template <class T>
std::string active() {
    return "name = $1 and deactivated_at is null returning " + db::columns<T>();
}

const Query kInsert{
    "insert into users (name, username, address, email, password_hash, created_at) "
    "values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning " +
    db::columns<User>()};

const Query kNameTaken{"select 1 from users where name = $1"};

// The email itself, or the hash of one that was wiped.
const Query kAddressOwner{"select name from users where address in ($1, $2)"};

const Query kFind{"select " + db::columns<User>() +
                  " from users where name = $1 and deactivated_at is null"};

// By the primary key, read backwards.
const Query kAccounts{"select " + db::columns<NumberedAccount>() +
                      " from users where id < $1 order by id desc limit $2"};

const Query kSetEmail{"update users set address = $2, email = $3 where " + active<User>()};

const Query kAddKarma{"update users set karma = karma + $2 where " + active<User>()};

const Query kSetEarned{
    "update users set karma = karma + $2 - earned, earned = $2, "
    "earned_version = coalesce($3, earned_version) "
    "where (earned_version < $3 or $3 is null) and " +
    active<User>()};

const Query kSetRole{"update users set role = $2 where " + active<Account>()};

const Query kLogin{"select " + db::columns<Login>() +
                   " from users where name = $1 and deactivated_at is null"};

const Query kSetPasswordHash{
    "update users set password_hash = $3 where password_hash is not distinct from $2 and " +
    active<User>()};

const Query kDeactivate{"update users set deactivated_at = $2 where " + active<User>()};

const Query kReactivate{
    "update users set deactivated_at = null "
    "where name = $1 and deactivated_at is not null and wiped_at is null returning " +
    db::columns<User>()};

// Index: users_to_wipe.
const Query kLeavers{"select " + db::columns<Leaver>() +
                     " from users where deactivated_at < $1 and deactivated_at is not null "
                     "and wiped_at is null order by deactivated_at limit 100"};

const Query kWipe{
    "update users set address = $2, email = null, password_hash = null, wiped_at = $3 "
    "where id = $1 and address = $4 and deactivated_at is not null and wiped_at is null"};

const Query kBeginSession{
    "insert into sessions (id, name, token_hash, created_at, expires_at) "
    "select $1, name, $4, $5, $6 from users "
    "where name = $2 and password_hash = $3 and role = $7 and deactivated_at is null returning 1"};

// Index: sessions_of_user. A person has a few; a script that never logs out must not fill the disk.
const Query kEndOldest{
    "delete from sessions where id in "
    "(select id from sessions where name = $1 order by created_at desc limit 1000 offset 100)"};

// Index: sessions_by_end. A few at a time, so that no log-in pays for a month's.
const Query kForgetExpired{
    "delete from sessions where id in "
    "(select id from sessions where expires_at <= $1 order by expires_at limit 10) "
    "and expires_at <= $1"};

const Query kKeptSession{
    "select u.username, u.role, s.token_hash from sessions s join users u on u.name = s.name "
    "where s.id = $1 and s.expires_at > $2 and u.deactivated_at is null"};

const Query kSession{
    "select s.id, u.username, s.created_at from sessions s join users u on u.name = s.name "
    "where s.id = $1 and s.expires_at > $2"};

const Query kRenewSession{
    "update sessions set token_hash = $3, expires_at = $4 where id = $1 and token_hash = $2 "
    "returning 1"};

const Query kEndSession{"delete from sessions where id = $1 returning 1"};

const Query kEndStolenSession{
    "delete from sessions where id = $1 and token_hash <> $2 returning 1"};

const Query kEndSessionsOf{"delete from sessions where name = $1"};

const Query kEndAllSessions{"delete from sessions"};

const Query kMisnamed{
    "select username from users where name <> lower(username) "
    "or (email is not null and address <> lower(email)) or (email is null and wiped_at is null)"};

const std::string kStaleSessions =
    "from sessions where not exists (select 1 from users u where u.name = sessions.name "
    "and u.deactivated_at is null)";
const Query kSessionsOfNobody{"select 'session ' || id || ' of ' || name " + kStaleSessions};
const Query kEndSessionsOfNobody{"delete " + kStaleSessions};

}  // namespace

Task<User> Store::insert(db::Transaction& tx, NewUser user, std::string address_hash,
                         std::optional<std::string> password_hash, Timestamp now) {
    const auto owner =
        co_await tx.one<std::string>(kAddressOwner, user.email.lower(), address_hash);
    std::optional<User> made;
    if (!owner) {
        made = co_await tx.one<User>(kInsert, user.username.lower(), user.username,
                                     user.email.lower(), user.email, password_hash, now);
    }
    if (made) co_return std::move(*made);
    const auto namesake = co_await tx.one<std::int64_t>(kNameTaken, user.username.lower());
    throw Problem::conflict(namesake ? "The username is taken." : "The email is taken.");
}

Task<std::optional<User>> Store::find(Username name) { return db_.one<User>(kFind, name.lower()); }

Task<Page<Account>> Store::accounts(Limit limit, Cursor after) {
    const auto place = [](const NumberedAccount& account) { return Cursor{account.id, 0}; };
    auto page = page_of(
        co_await db_.all<NumberedAccount>(kAccounts, after.major, limit.value() + 1), limit, place);
    co_return Page<Account>{{page.items.begin(), page.items.end()}, page.next};
}

Task<std::optional<User>> Store::set_email(db::Transaction& tx, Username name, Email email,
                                           std::string address_hash) {
    const auto owner = co_await tx.one<std::string>(kAddressOwner, email.lower(), address_hash);
    const auto user = co_await tx.one<User>(kFind, name.lower());
    if (user && owner && *owner != name.lower()) throw Problem::conflict("The email is taken.");
    co_return co_await tx.one<User>(kSetEmail, name.lower(), email.lower(), email);
}

Task<std::optional<User>> Store::add_karma(db::Transaction& tx, Username name, KarmaDelta delta) {
    return tx.one<User>(kAddKarma, name.lower(), delta);
}

Task<std::optional<User>> Store::set_earned(db::Transaction& tx, Username name, KarmaTotal total,
                                            std::optional<KarmaVersion> version) {
    auto user = co_await tx.one<User>(kSetEarned, name.lower(), total, version);
    if (!user) user = co_await tx.one<User>(kFind, name.lower());
    co_return user;
}

Task<> Store::must_be_alone_with(db::Transaction& tx, Username name) {
    return tx.lock(db::topic("user", name.lower()));
}

Task<std::optional<Account>> Store::set_role(db::Transaction& tx, Username name, Role role) {
    co_await must_be_alone_with(tx, name);
    co_await end_sessions_of(tx, name);
    co_return co_await tx.one<Account>(kSetRole, name.lower(), role);
}

Task<std::optional<Login>> Store::login(std::string lower_name) {
    return db_.one<Login>(kLogin, lower_name);
}

Task<std::optional<User>> Store::set_password_hash(db::Transaction& tx, Username name,
                                                   std::optional<std::string> before,
                                                   std::string hash) {
    co_await must_be_alone_with(tx, name);
    co_return co_await tx.one<User>(kSetPasswordHash, name.lower(), before, hash);
}

Task<std::optional<User>> Store::deactivate(db::Transaction& tx, Username name, Timestamp now) {
    co_await must_be_alone_with(tx, name);
    co_await end_sessions_of(tx, name);
    co_return co_await tx.one<User>(kDeactivate, name.lower(), now);
}

Task<std::optional<User>> Store::reactivate(db::Transaction& tx, Username name) {
    co_await must_be_alone_with(tx, name);
    co_return co_await tx.one<User>(kReactivate, name.lower());
}

Task<std::vector<Leaver>> Store::leavers(db::Executor& db, Timestamp before) {
    return db.all<Leaver>(kLeavers, before);
}

Task<> Store::wipe(db::Transaction& tx, Leaver leaver, std::string address_hash, Timestamp now) {
    return tx.execute(kWipe, leaver.id, address_hash, now, leaver.address);
}

Task<bool> Store::begin_session(db::Transaction& tx, SessionId id, Login login,
                                std::string token_hash, Timestamp now, Timestamp expires) {
    co_await must_be_alone_with(tx, login.username);
    const auto begun =
        co_await tx.one<std::int64_t>(kBeginSession, id, login.username.lower(),
                                      login.password_hash, token_hash, now, expires, login.role);
    co_await tx.execute(kEndOldest, login.username.lower());
    co_await tx.execute(kForgetExpired, now);
    co_return begun.has_value();
}

Task<std::optional<KeptSession>> Store::kept_session(SessionId id, Timestamp now) {
    return db_.one<KeptSession>(kKeptSession, id, now);
}

Task<std::optional<Session>> Store::session(db::Executor& db, SessionId id, Timestamp now) {
    return db.one<Session>(kSession, id, now);
}

Task<bool> Store::renew_session(db::Transaction& tx, SessionId id, std::string before,
                                std::string token_hash, Timestamp expires) {
    const auto renewed =
        co_await tx.one<std::int64_t>(kRenewSession, id, before, token_hash, expires);
    co_return renewed.has_value();
}

Task<bool> Store::end_session(db::Transaction& tx, SessionId id) {
    const auto ended = co_await tx.one<std::int64_t>(kEndSession, id);
    co_return ended.has_value();
}

Task<bool> Store::end_stolen_session(db::Transaction& tx, SessionId id, std::string token_hash) {
    const auto ended = co_await tx.one<std::int64_t>(kEndStolenSession, id, token_hash);
    co_return ended.has_value();
}

Task<> Store::end_sessions_of(db::Transaction& tx, Username name) {
    return tx.execute(kEndSessionsOf, name.lower());
}

const db::Query& Store::end_all_sessions() { return kEndAllSessions; }

std::span<const db::Rule> Store::rules() {
    static const db::Rule rules[] = {
        {"every name and email is found by its lower case", kMisnamed},
        {"every session is of an active user", kSessionsOfNobody, {kEndSessionsOfNobody}},
    };
    return rules;
}

}  // namespace stoa::users
