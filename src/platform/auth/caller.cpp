#include "platform/auth/caller.hpp"

#include "platform/problem.hpp"

#include <algorithm>

namespace stoa {

namespace {

Problem token_needed() {
    return Problem::unauthenticated("This needs a token: `Authorization: Bearer …`.");
}

}  // namespace

void Caller::must_be_known() const {
    if (auth_ == Auth::required && !user_) throw token_needed();
}

void Caller::resolve(Actor& actor, const std::string& pointer, Faults& faults) const {
    must_be_known();
    if (actor.empty()) {
        const bool told = std::any_of(faults.begin(), faults.end(),
                                      [&](const Fault& fault) { return fault.where == pointer; });
        if (user_) {
            actor = Actor{user_->str()};
        } else if (!told) {
            faults.push_back({Fault::In::body, pointer, "is missing: it says who acts"});
        }
    } else if (auth_ == Auth::required && !is(actor.str())) {
        throw Problem::forbidden("Only an admin or a service may act as somebody else.");
    }
}

bool Caller::may_see_private(const Username& owner) const {
    return user_ ? is(owner.str()) : auth_ == Auth::open;
}

void Caller::must_be(const Username& owner) const {
    must_be_known();
    if (auth_ == Auth::required && !is(owner.str()))
        throw Problem::forbidden("This belongs to somebody else.");
}

void Caller::must_be_trusted() const {
    must_be_known();
    if (auth_ == Auth::required) {
        throw Problem::forbidden("This is for an admin or a service.");
    }
}

bool Caller::is(std::string_view name) const { return user_ && user_->lower() == lower_case(name); }

}  // namespace stoa
