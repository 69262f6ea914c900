#pragma once

#include "platform/auth/caller.hpp"
#include "platform/json/described.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/text.hpp"
#include "platform/json/timestamp.hpp"

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

struct NewUser {
    static constexpr bool is_body = true;
    Username username;
    Email email;
    std::optional<Password> password;
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

struct PasswordChange {
    static constexpr bool is_body = true;
    Password current;
    Password new_;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, new_))

struct KarmaChange {
    static constexpr bool is_body = true;
    KarmaDelta delta;
};
BOOST_DESCRIBE_STRUCT(KarmaChange, (), (delta))

}  // namespace stoa::users
