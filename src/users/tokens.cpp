// The users service's operations on log-ins.
//
// A log-in begins a session, a family of refresh tokens (RFC 9700, section 4.14.2). A refresh token is
//
//     SESSION.SECRET      SECRET: 32 random bytes; kept is its hash alone
//
// and each renewal puts another secret in the place of the one before. Whoever comes with one that was good once is either
// a thief or was robbed: nobody can tell, so the session ends for both. A secret of so many random bits can't be guessed, so a
// fast hash is enough, which a password's would never be.

#include "platform/auth/base64url.hpp"
#include "platform/problem.hpp"
#include "users/service.hpp"

#include <sodium.h>

namespace stoa::users {

namespace {

constexpr std::size_t kSessionIdBytes = 16;
constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kWrong = "The username or the password is wrong.";
constexpr std::string_view kNoSession =
    "This refresh token is not good, or no longer: log in again.";
constexpr std::string_view kUnknownSession = "There is no such session, or no longer.";

Problem no_session() { return Problem::unauthenticated(std::string(kNoSession)); }

std::string hash_of_secret(std::string_view secret) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(secret.data()),
                       secret.size());
    return to_base64url(digest);
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// What a refresh token consists of.
struct TokenParts {
    SessionId session;
    std::string secret;
};

TokenParts parts_of(const RefreshToken& token) {
    const auto dot = token.str().find('.');
    const std::string session = token.str().substr(0, dot);
    if (dot == std::string::npos || SessionId::fault(session)) throw no_session();
    return {SessionId(session), token.str().substr(dot + 1)};
}

Timestamp later(Timestamp now, std::chrono::seconds time) {
    return {now.milliseconds + std::chrono::milliseconds(time).count()};
}

}  // namespace

void Service::declare_tokens(http::Routes<Service> routes) {
    routes.post("/tokens",
                {.id = "log_in",
                 .summary = "Log in",
                 .right = rights::anyone,
                 .description = "An unknown name and a wrong password are answered alike (401).",
                 .limit = http::LimitClass::login},
                &Service::log_in);
    routes.post("/tokens/refresh",
                {.id = "renew_tokens",
                 .summary = "Renew the tokens of a session",
                 .right = rights::anyone,
                 .description =
                     "A refresh token works once; one that is used again ends its session (401)."},
                &Service::renew);
    routes.delete_("/tokens/{id}",
                   {.id = "log_out",
                    .summary = "Log out",
                    .right = rights::user,
                    .description = "Ends a session. Its access token runs out by itself.",
                    .not_found = kUnknownSession},
                   &Service::log_out);
}

Task<http::Created<Tokens>> Service::log_in(Credentials given, http::ClientNetwork network,
                                            const http::Write& write) {
    const Login login = co_await checked(given, network);
    const SessionId id(random_base64url(kSessionIdBytes));
    const std::string secret = random_base64url(kSecretBytes);
    const auto begin = [&](db::Transaction& tx) -> Task<http::Created<Tokens>> {
        const auto now = Timestamp::now();
        const bool begun = co_await Store::begin_session(tx, id, login, hash_of_secret(secret), now,
                                                         later(now, means_.session_lifetime));
        if (!begun) throw Problem::unauthenticated(std::string(kWrong));
        co_return tokens_for(id, login.username, login.role, secret);
    };
    co_return co_await write(begin);
}

Task<Login> Service::checked(Credentials given, http::ClientNetwork network) {
    Guesses::Try attempt(means_.guesses, given.username.str(), network.name);
    auto login = co_await store_.login(given.username.lower());
    const bool can_log_in = login && login->password_hash;
    const std::string hash = can_log_in ? *login->password_hash : means_.passwords.stand_in();
    bool right = false;
    try {
        right = co_await means_.passwords.matches(hash, given.password.str());
    } catch (...) {
        attempt.was_none();
        throw;
    }
    if (!can_log_in || !right) throw Problem::unauthenticated(std::string(kWrong));
    attempt.was_none();
    if (!means_.passwords.is_outdated(hash)) co_return std::move(*login);
    co_return co_await with_hash_of_today(std::move(*login), std::move(given.password).str());
}

/// Only while somebody logs in is the password there to be hashed anew.
Task<Login> Service::with_hash_of_today(Login login, std::string password) {
    const auto after = co_await means_.passwords.hash(std::move(password));
    const auto set = [&](db::Transaction& tx) {
        return Store::set_password_hash(tx, login.username, login.password_hash, after);
    };
    const auto user = co_await db_.write(set);
    if (user) login.password_hash = after;
    co_return login;
}

Task<http::Created<Tokens>> Service::renew(Renewal renewal, const http::Write& write) {
    const TokenParts given = parts_of(renewal.refresh_token);
    const auto now = Timestamp::now();
    const auto kept = co_await store_.kept_session(given.session, now);
    if (!kept) throw no_session();
    const std::string secret = random_base64url(kSecretBytes);
    bool is_newest = same(kept->token_hash, hash_of_secret(given.secret));
    if (is_newest) {
        struct UsedMeanwhile {};
        const auto renew = [&](db::Transaction& tx) -> Task<http::Created<Tokens>> {
            const bool renewed = co_await Store::renew_session(tx, given.session, kept->token_hash,
                                                               hash_of_secret(secret),
                                                               later(now, means_.session_lifetime));
            if (!renewed) throw UsedMeanwhile{};
            co_return tokens_for(given.session, kept->username, kept->role, secret);
        };
        try {
            co_return co_await write(renew);
        } catch (const UsedMeanwhile&) {
            is_newest = false;
        }
    }
    const auto end = [&](db::Transaction& tx) -> Task<bool> {
        co_await Store::end_session(tx, given.session);
        co_return true;
    };
    co_await db_.write(end);
    throw no_session();
}

Task<Session> Service::log_out(SessionId id, Caller caller, db::Transaction& tx) {
    auto session = co_await Store::session(tx, id);
    if (!session) throw Problem::not_found(std::string(kUnknownSession));
    caller.must_have_right_to(session->username);
    co_await Store::end_session(tx, id);
    co_return std::move(*session);
}

http::Created<Tokens> Service::tokens_for(SessionId id, Username name, Role role,
                                          std::string secret) const {
    Tokens tokens;
    tokens.access_token = means_.issuer.issue({std::move(name), role, id.str()});
    tokens.expires_in = means_.issuer.lifetime().count();
    tokens.refresh_token = RefreshToken(id.str() + '.' + secret);
    return http::created(std::move(tokens), "/tokens/" + id.str());
}

}  // namespace stoa::users
