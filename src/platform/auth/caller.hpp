#pragma once

#include "platform/auth/rights.hpp"
#include "platform/fault.hpp"
#include "platform/json/text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stoa {

inline constexpr TextBounds kUsernameBounds{.min = 3, .max = 20, .charset = "A-Za-z0-9_-"};

/// The name of an account. Compared without regard to case (see Text::lower).
struct Username : Text<Username> {
    static constexpr TextBounds bounds = kUsernameBounds;
    static constexpr std::string_view about =
        "The name of an account; unique without regard to case.";
    static constexpr std::string_view example = "ada";
    using Text::Text;
};

/// Who acts, where a body names it. It may be left out, and is then the caller: an operation only ever sees
/// the name that Caller::resolve() put here.
struct Actor : Text<Actor> {
    static constexpr TextBounds bounds = kUsernameBounds;
    static constexpr std::string_view about =
        "Who acts. May be left out, and is then the caller; another name than the caller's is "
        "refused (403), unless "
        "the caller is an admin or a service. With `auth = open` it must be given, here or as "
        "`?user=`.";
    static constexpr std::string_view example = "ada";
    static constexpr bool may_be_absent = true;
    using Text::Text;
};

/// Whether requests must prove who calls.
enum class Auth {
    open,  ///< a trusted network behind somebody else's login: who the request names is believed
    required,  ///< a token is needed for every write and everything private
};

/// The caller of an operation that needs to know who calls.
struct KnownCaller {
    Username name;
};

/// What a valid token says of its bearer.
struct Identity {
    Username name;
    Role role = Role::member;
    std::string session;  ///< the log-in that the token comes from; empty: none
};

/// Who is calling, as far as the request tells, and what it may do in this operation.
class Caller {
  public:
    /// With `auth = open`: believed to be `user`, if it says so (`?user=`), and allowed everything.
    static Caller believed(std::optional<Username> user);
    /// With `auth = required`: a request without a token, or with a valid one, for an operation with this right.
    static Caller anonymous(const Right& right);
    static Caller proven(Identity identity, const Right& right);

    /// Who it is, if that is known.
    const std::optional<Username>& user() const { return user_; }
    /// The session of its token; empty: none.
    const std::string& session() const { return session_; }
    /// Whether nothing is checked (`auth = open`).
    bool is_believed() const { return right_ == nullptr; }
    bool is(const Username& name) const { return user_ && user_->lower() == name.lower(); }

    /// Whether it has proven to be an admin.
    bool is_admin() const;
    /// Whether it has proven to be an admin or a service: what limits and forms are for is known to those.
    bool is_trusted() const;

    /// Throws Problem 401 if a token is needed and there is none, 403 if there is nothing that this role could do here,
    /// whoever it belongs to. To be asked first, and for every operation.
    void must_be_admitted() const;

    /// Fills in who acts: the name given, if the caller may use it, else the caller's own. With `auth = open`
    /// a missing name is one more of `faults` (at `pointer`, its place in the body). Throws Problem 403 if the name
    /// isn't the caller's to use.
    void resolve(Actor& actor, const std::string& pointer, Faults& faults) const;

    /// Whether what is for `owner` and admins alone may be shown to the caller.
    bool may_see_private(const Username& owner) const;

    /// Throws Problem 403 unless the caller has the operation's right to what belongs to `owner`.
    void must_have_right_to(const Username& owner) const;

  private:
    Caller(std::optional<Username> user, Role role, std::string session, const Right* right)
        : user_(std::move(user)), role_(role), session_(std::move(session)), right_(right) {}

    std::optional<Username> user_;
    Role role_;
    std::string session_;
    const Right* right_;  ///< none: everything is allowed
};

}  // namespace stoa
