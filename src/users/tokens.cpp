// The users service's operations on log-ins.
//
// A log-in begins a session, a family of refresh tokens (RFC 9700, section 4.14.2). A refresh token is
//
//     SESSION.SECRET.MARK      SECRET: 32 random bytes, of which the hash is kept
//                              MARK: shows that it was given out here
//
// and each renewal puts another secret in the place of the one before. Whoever comes with one that was good once is either
// a thief or was robbed: nobody can tell, so the session ends for both. The mark keeps others from ending sessions whose id
// they know with a secret that they made up. A secret of so many random bits can't be guessed, so a fast hash is enough, which a
// password's would never be.

#include "platform/auth/base64url.hpp"
#include "platform/problem.hpp"
#include "users/service.hpp"

#include <sodium.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace stoa::users {

namespace {

constexpr std::size_t kSessionIdBytes = 16;
constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kWrong = "The username or the password is wrong.";
constexpr std::string_view kNoSession =
    "This refresh token is not good, or no longer: log in again.";
constexpr std::string_view kUnknownSession = "There is no such session, or no longer.";

Problem no_session() { return Problem::unauthenticated(std::string(kNoSession)); }

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// What a refresh token consists of.
struct TokenParts {
    SessionId session;
    std::string secret;
};

RefreshToken token_of(const TokenParts& parts, const Seal& seal) {
    const std::string token = parts.session.str() + '.' + parts.secret;
    RefreshToken marked(token + '.' + seal.hash("refresh token", token));
    return marked;
}

/// Throws Problem 401 for what was never given out.
TokenParts parts_of(const RefreshToken& token, const Seal& seal) {
    const std::string& text = token.str();
    const auto first = std::min(text.find('.'), text.size());
    const auto second = std::min(text.find('.', first + 1), text.size());
    if (second == text.size()) throw no_session();
    TokenParts parts{SessionId(text.substr(0, first)), text.substr(first + 1, second - first - 1)};
    if (!same(token_of(parts, seal).str(), text)) throw no_session();
    return parts;
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
    // Also before an answer is told again: by then the account may be gone, or the password another one.
    Login login = co_await checked(given, network);
    auto tokens = co_await begin_session(login, write);
    if (!tokens) {
        // The role is another one, or the password, or its hash was made anew by another log-in: looked at once more.
        login = co_await checked(given, network);
        tokens = co_await begin_session(login, write);
    }
    if (!tokens) throw Problem::unauthenticated(std::string(kWrong));
    co_await renew_hash(login, given.password);
    co_return std::move(*tokens);
}

Task<std::optional<http::Created<Tokens>>> Service::begin_session(Login login,
                                                                  const http::Write& write) {
    struct ChangedMeanwhile {};
    const SessionId id(random_base64url(kSessionIdBytes));
    const std::string secret = random_base64url(kSecretBytes);
    const auto begin = [&](db::Transaction& tx) -> Task<http::Created<Tokens>> {
        const auto now = Timestamp::now();
        const bool begun = co_await Store::begin_session(tx, id, login, sha256_base64url(secret),
                                                         now, later(now, means_.session_lifetime));
        if (!begun) throw ChangedMeanwhile{};
        co_return tokens_for(id, login.username, login.role, secret);
    };
    try {
        co_return co_await write(begin);
    } catch (const ChangedMeanwhile&) {
        co_return std::nullopt;
    }
}

Task<Login> Service::checked(Credentials given, http::ClientNetwork network) {
    Guesses::Try attempt(means_.guesses, given.username.str(), network);
    auto login = co_await store_.login(given.username.lower());
    const bool can_log_in = login && login->password_hash;
    const std::string stand_in = means_.passwords.stand_in();
    const std::string hash = can_log_in ? *login->password_hash : stand_in;
    const bool right = co_await means_.passwords.matches(hash, given.password.str());
    if (can_log_in && right) co_return std::move(*login);
    attempt.was_wrong();
    // What an older, cheaper hash was quicker by would tell that there is such an account.
    if (means_.passwords.is_outdated(hash)) {
        co_await means_.passwords.matches(stand_in, given.password.str());
    }
    throw Problem::unauthenticated(std::string(kWrong));
}

/// Only while somebody logs in is the password there to be hashed. If it can't be now, then at another time.
Task<> Service::renew_hash(Login login, GivenPassword password) {
    if (!means_.passwords.is_outdated(*login.password_hash)) co_return;
    try {
        const auto after = co_await means_.passwords.hash(std::move(password).str());
        const auto set = [&](db::Transaction& tx) {
            return Store::set_password_hash(tx, login.username, login.password_hash, after);
        };
        co_await db_.write(set);
    } catch (const Problem&) {
        spdlog::info("the hash of a password stays as it is for now: the server is busy");
    }
}

Task<http::Created<Tokens>> Service::renew(Renewal renewal, const http::Write& write) {
    const TokenParts given = parts_of(renewal.refresh_token, means_.issuer.seal());
    const auto now = Timestamp::now();
    const auto kept = co_await store_.kept_session(given.session, now);
    if (!kept) throw no_session();
    co_await write.stop_if_done();
    const std::string secret = random_base64url(kSecretBytes);
    bool is_newest = same(kept->token_hash, sha256_base64url(given.secret));
    if (is_newest) {
        struct UsedMeanwhile {};
        const auto renew = [&](db::Transaction& tx) -> Task<http::Created<Tokens>> {
            const bool renewed = co_await Store::renew_session(tx, given.session, kept->token_hash,
                                                               sha256_base64url(secret),
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
    // What was read before may be old.
    const std::string token_hash = sha256_base64url(given.secret);
    const auto end = [&](db::Transaction& tx) {
        return Store::end_stolen_session(tx, given.session, token_hash);
    };
    co_await db_.write(end);
    throw no_session();
}

Task<Session> Service::log_out(SessionId id, Caller caller, db::Transaction& tx) {
    auto session = co_await Store::session(tx, id, Timestamp::now());
    if (!session) throw Problem::not_found(std::string(kUnknownSession));
    caller.must_have_right_to(session->username);
    co_await must_be_logged_in(tx, caller);
    const bool ended = co_await Store::end_session(tx, id);
    if (!ended) throw Problem::not_found(std::string(kUnknownSession));
    co_return std::move(*session);
}

http::Created<Tokens> Service::tokens_for(SessionId id, Username name, Role role,
                                          std::string secret) const {
    Tokens tokens;
    tokens.access_token = means_.issuer.issue({std::move(name), role, id.str()});
    tokens.expires_in = means_.issuer.lifetime().count();
    const std::string place = "/tokens/" + id.str();
    tokens.refresh_token = token_of({std::move(id), std::move(secret)}, means_.issuer.seal());
    return http::created(std::move(tokens), place);
}

}  // namespace stoa::users
