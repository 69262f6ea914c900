#include "platform/auth/caller.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>

namespace stoa {

Caller Caller::believed(std::optional<Username> user) {
    return {std::move(user), Role::member, "", nullptr};
}

Caller Caller::anonymous(const Right& right) { return {std::nullopt, Role::member, "", &right}; }

Caller Caller::proven(Identity identity, const Right& right) {
    return {std::move(identity.name), identity.role, std::move(identity.session), &right};
}

bool Caller::is_admin() const { return user_ && !is_believed() && role_ == Role::admin; }

bool Caller::is_trusted() const {
    return is_admin() || (user_ && !is_believed() && role_ == Role::service);
}

void Caller::must_be_admitted() const {
    if (is_believed() || right_->anonymous) return;
    if (!user_) {
        throw Problem::unauthenticated("This needs a token: `Authorization: Bearer …`.");
    }
    if (!right_->owner && !right_->has(role_)) {
        throw Problem::forbidden(fmt::format("Who may do this: {}", right_->who));
    }
}

void Caller::resolve(Actor& actor, const std::string& pointer, Faults& faults) const {
    if (is_told(faults, pointer)) return;
    if (!actor.empty()) return must_have_right_to(Username(actor.str()));
    if (user_) {
        actor = Actor{user_->str()};
    } else {
        faults.push_back({Fault::In::body, pointer, "is missing: it says who acts"});
    }
}

bool Caller::may_see_private(const Username& owner) const {
    if (is_believed() && !user_) return true;
    return is(owner) || is_admin();
}

void Caller::must_have_right_to(const Username& owner) const {
    if (is_believed() || (right_->owner && is(owner)) || (user_ && right_->has(role_))) return;
    throw Problem::forbidden(
        fmt::format("This belongs to somebody else. Who may do it: {}", right_->who));
}

}  // namespace stoa
