#pragma once

#include "platform/auth/caller.hpp"
#include "platform/auth/rights.hpp"
#include "platform/json/described.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/text.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/page.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What travels to and from the users service.
namespace stoa::users {

struct Email : Text<Email> {
    static constexpr TextBounds bounds{.min = 3, .max = 254, .format = "email"};
    static constexpr std::string_view about = "One address; unique without regard to case.";
    static constexpr std::string_view example = "ada@example.org";
    static std::optional<std::string> rule(std::string_view address);
    using Text::Text;
};

struct Password : Text<Password> {
    static constexpr TextBounds bounds{.min = 8, .max = 128, .format = "password"};
    static constexpr std::string_view about = "Kept as an argon2id hash alone.";
    static constexpr std::string_view example = "correct horse battery staple";
    using Text::Text;
};

struct KarmaDelta : Integer<KarmaDelta> {
    static constexpr IntegerBounds bounds{.min = -1'000, .max = 1'000, .may_be_zero = false};
    static constexpr std::string_view about =
        "How much to add to the karma: 1 increments, -1 decrements.";
    static constexpr int example = 1;
    using Integer::Integer;
};

struct KarmaTotal : Integer<KarmaTotal> {
    static constexpr IntegerBounds bounds{.min = -kMaxExactInteger};
    static constexpr std::string_view about = "What votes have given a user in all.";
    static constexpr int example = 12;
    using Integer::Integer;
};

struct KarmaVersion : Integer<KarmaVersion> {
    static constexpr IntegerBounds bounds{.min = 0};
    static constexpr std::string_view about =
        "Of the total: one that comes late, after one with a higher version, is left out. If there "
        "is none, it is the latest.";
    static constexpr std::int64_t example = 1'767'225'600'000;
    using Integer::Integer;
};

struct NewUser {
    static constexpr bool is_body = true;
    Username username;
    Email email;
    std::optional<Password> password;

    /// With `auth = open` there may be users who never log in here, and admins may make such accounts for an import.
    void check(const Caller& caller, Faults& faults) const;
};
BOOST_DESCRIBE_STRUCT(NewUser, (), (username, email, password))

struct User {
    Username username;
    described::Omittable<Email> email;  ///< for the user and admins alone
    std::int64_t karma = 0;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(User, (), (username, email, karma, created_at))

struct NewEmail {
    static constexpr bool is_body = true;
    Email email;
};
BOOST_DESCRIBE_STRUCT(NewEmail, (), (email))

/// A password as somebody gives it: what could be none is simply a wrong one.
struct GivenPassword : Text<GivenPassword> {
    static constexpr TextBounds bounds{.min = 1, .max = 1'024, .format = "password"};
    static constexpr std::string_view about = "The account's password.";
    static constexpr std::string_view example = Password::example;
    using Text::Text;
};

struct PasswordChange {
    static constexpr bool is_body = true;
    std::optional<GivenPassword> current;  ///< an admin may leave out somebody else's
    Password new_;

    void check(const Caller& caller, Faults& faults) const;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, new_))

struct KarmaChange {
    static constexpr bool is_body = true;
    KarmaDelta delta;
};
BOOST_DESCRIBE_STRUCT(KarmaChange, (), (delta))

struct KarmaFromVotes {
    static constexpr bool is_body = true;
    KarmaTotal total;
    std::optional<KarmaVersion> version;
};
BOOST_DESCRIBE_STRUCT(KarmaFromVotes, (), (total, version))

struct RoleChange {
    static constexpr bool is_body = true;
    Role role = Role::member;
};
BOOST_DESCRIBE_STRUCT(RoleChange, (), (role))

/// A user as admins see it, also one that is deactivated.
struct Account {
    Username username;
    std::optional<Email> email;  ///< none: wiped
    std::int64_t karma = 0;
    Timestamp created_at;
    Role role = Role::member;
    std::optional<Timestamp> deactivated_at;
};
BOOST_DESCRIBE_STRUCT(Account, (), (username, email, karma, created_at, role, deactivated_at))

struct AccountQuery {
    Limit limit{Limit::if_absent};
    std::optional<Cursor> cursor;
};
BOOST_DESCRIBE_STRUCT(AccountQuery, (), (limit, cursor))

/// A name as somebody gives it to log in: what could be none is simply an unknown one.
struct LoginName : Text<LoginName> {
    static constexpr TextBounds bounds{.min = 1, .max = 1'024};
    static constexpr std::string_view about = "The account's name.";
    static constexpr std::string_view example = Username::example;
    using Text::Text;
};

struct Credentials {
    static constexpr bool is_body = true;
    LoginName username;
    GivenPassword password;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (username, password))

struct SessionId : Text<SessionId> {
    static constexpr TextBounds bounds{.min = 1, .max = 64, .charset = "A-Za-z0-9_-"};
    static constexpr std::string_view about = "A log-in.";
    static constexpr std::string_view example = "3q2-7wAAbGpRZk5vT1d4Yw";
    using Text::Text;
};

/// A log-in: it lasts until it is ended, or not renewed for long.
struct Session {
    SessionId id;
    Username username;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Session, (), (id, username, created_at))

struct RefreshToken : Text<RefreshToken> {
    static constexpr TextBounds bounds{.min = 1, .max = 1'024};
    static constexpr std::string_view about =
        "Works once. Used a second time it ends the session: then somebody else has it, too.";
    static constexpr std::string_view example =
        "3q2-7wAAbGpRZk5vT1d4Yw.iGv6xbKwI8yF0Jj4fH1o2n3m4l5k6j7h8g9f0e1d2c3.qV0";
    using Text::Text;
};

struct Renewal {
    static constexpr bool is_body = true;
    RefreshToken refresh_token;
};
BOOST_DESCRIBE_STRUCT(Renewal, (), (refresh_token))

struct Tokens {
    static constexpr std::string_view about =
        "`access_token` goes into `Authorization: Bearer …` for `expires_in` seconds; "
        "`refresh_token` gets the next pair.";
    std::string access_token;
    std::string token_type = "Bearer";
    std::int64_t expires_in = 0;
    RefreshToken refresh_token;
};
BOOST_DESCRIBE_STRUCT(Tokens, (), (access_token, token_type, expires_in, refresh_token))

}  // namespace stoa::users
