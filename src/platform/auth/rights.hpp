#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string_view>

namespace stoa {

/// What an account is. Its number is kept in the database: it never changes.
enum class Role : std::uint8_t { member = 0, moderator = 1, admin = 2, service = 3 };
BOOST_DESCRIBE_ENUM(Role, member, moderator, admin, service)

/// Who may do something, as one row of the table below.
struct Right {
    bool anonymous;  ///< without a token
    bool owner;      ///< the account to which it belongs, whatever its role
    bool moderator;  ///< these roles: whoever it belongs to
    bool admin;
    bool service;
    std::string_view who;  ///< the same in words, for the OpenAPI document

    /// Whether a role has the right to what is somebody else's.
    constexpr bool has(Role role) const {
        return (role == Role::moderator && moderator) || (role == Role::admin && admin) ||
               (role == Role::service && service);
    }
};

/// Who may do what: all there is. Each operation names its row where it is declared.
///
/// What belongs to whom is the operation's to say: a post to its author, a vote to its voter, an account to its user,
/// a body to whom it names. A message belongs to its two parties, and is not there (404) for anybody else.
namespace rights {

inline constexpr bool yes = true;
inline constexpr bool no = false;

// clang-format off
//                             anonymous owner moderator admin service
inline constexpr Right anyone    { yes,   yes,  yes,     yes,  yes, "Anyone." };
inline constexpr Right actor     { no,    yes,  no,      yes,  yes, "The account that is named, an admin or a service." };
inline constexpr Right author    { no,    yes,  yes,     yes,  no,  "Its author, a moderator or an admin." };
inline constexpr Right user      { no,    yes,  no,      yes,  no,  "The user itself or an admin." };
inline constexpr Right party     { no,    yes,  no,      no,   no,  "Its parties; it is not there for anybody else." };
inline constexpr Right trusted   { no,    no,   no,      yes,  yes, "An admin or a service." };
inline constexpr Right admin     { no,    no,   no,      yes,  no,  "An admin." };
// clang-format on

}  // namespace rights

}  // namespace stoa
