#pragma once

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
        "refused "
        "(403), unless the caller is an admin or a service. With `auth = open` it must be given, "
        "here or "
        "as `?user=`.";
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

/// Who is calling, as far as the request tells: what an operation asks before it does something.
class Caller {
  public:
    /// With `auth = open`: believed to be `user`, if it says so (`?user=`), and allowed everything.
    static Caller believed(std::optional<Username> user) { return {std::move(user), Auth::open}; }
    /// With `auth = required`: a request without a valid token.
    static Caller anonymous() { return {std::nullopt, Auth::required}; }

    /// Who it is, if that is known.
    const std::optional<Username>& user() const { return user_; }

    /// Throws Problem 401 if there is no valid token where one is needed.
    void must_be_known() const;

    /// Fills in who acts: the name given, if the caller may use it, else the caller's own. With `auth = open`
    /// a missing name is one more of `faults` (at `pointer`, its place in the body). Throws Problem 401 if a
    /// token is needed, 403 if the name isn't the caller's.
    void resolve(Actor& actor, const std::string& pointer, Faults& faults) const;

    /// Whether what belongs to `owner` alone may be shown to the caller.
    bool may_see_private(const Username& owner) const;

    /// Throws Problem 401 or 403 unless the caller is `owner`.
    void must_be(const Username& owner) const;

    /// Throws Problem 401 or 403 unless the caller is an admin or a service.
    void must_be_trusted() const;

  private:
    Caller(std::optional<Username> user, Auth auth) : user_(std::move(user)), auth_(auth) {}

    bool is(std::string_view name) const;

    std::optional<Username> user_;
    Auth auth_;
};

}  // namespace stoa
