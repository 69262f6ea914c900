#include "platform/http/gate.hpp"

#include "platform/json/text.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <cmath>

namespace stoa::http {

namespace {

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1); nothing for another scheme.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
    constexpr std::size_t scheme = 7;
    if (lower_case(authorization.substr(0, scheme)) != "bearer ") return std::nullopt;
    authorization.remove_prefix(scheme);
    while (authorization.starts_with(' ')) authorization.remove_prefix(1);
    return authorization;
}

}  // namespace

Limits::Limits(const Rates& rates) {
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const Rate& rate = rates.at(i);
        // draft-ietf-httpapi-ratelimit-headers: a quota, and the seconds in which all of it comes back.
        std::string policy =
            fmt::format("\"{}\";q={:.0f};w={:.0f}", kLimitClasses.at(i), std::floor(rate.burst),
                        std::max(1.0, std::ceil(rate.burst / rate.per_second)));
        classes_.at(i) = std::make_unique<Class>(rate, std::move(policy));
    }
}

void Limits::join(LimitExchange& exchange) {
    for (std::size_t i = 0; i < classes_.size(); ++i) {
        exchange.add(kLimitClasses.at(i), classes_.at(i)->buckets);
    }
}

void Limits::count(Request& request, LimitClass limit, std::string_view caller) {
    const auto index = static_cast<std::size_t>(limit);
    Class& of_class = *classes_.at(index);
    const auto taken = of_class.buckets.take(caller);
    request.rate_limit = {of_class.policy, fmt::format("\"{}\";r={};t={}", kLimitClasses.at(index),
                                                       taken.left, taken.wait.count())};
    if (!taken.granted) {
        throw Problem::too_many("You ask for too much; see `Retry-After`.", taken.wait);
    }
}

Caller Gate::admit(Request& request, const Right& right, LimitClass limit) {
    request.network = context_.addresses.network_of(request);
    std::optional<Caller> caller;
    std::optional<Problem> refusal;
    const auto token = bearer_token(request.authorization);
    const bool required = context_.auth == Auth::required;
    if (token) {
        try {
            const Identity& identity = verifier_.identify(*token, unix_now());
            // Where nothing is to be proven, the operator may: a token without a session is signed with the key itself.
            if (required || identity.session.empty()) caller = Caller::proven(identity, right);
        } catch (const Problem& problem) {
            if (required) refusal = problem;
        }
    }
    if (context_.limits && !(caller && caller->is_trusted())) {
        // An account is no help to make more of them, nor to guess at others: those count for the network. No address has a '@'.
        const bool by_account = caller && (limit == LimitClass::read || limit == LimitClass::write);
        const std::string key = by_account ? '@' + caller->user()->lower() : request.network.name;
        if (!key.empty()) context_.limits->count(request, limit, key);
    }
    if (refusal) throw Problem(*refusal);
    if (!caller && !required) return Caller::believed(std::nullopt);
    if (!caller) caller = Caller::anonymous(right);
    caller->must_be_admitted();
    return std::move(*caller);
}

void Gate::admit_unrouted(Request& request) {
    request.network = context_.addresses.network_of(request);
    if (context_.limits && !request.network.name.empty()) {
        context_.limits->count(request, LimitClass::read, request.network.name);
    }
}

}  // namespace stoa::http
