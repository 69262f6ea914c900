#pragma once

#include "platform/auth/caller.hpp"
#include "platform/auth/token.hpp"
#include "platform/http/client_address.hpp"
#include "platform/http/limit_exchange.hpp"
#include "platform/http/message.hpp"
#include "platform/http/token_buckets.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stoa::http {

/// Operations whose requests are counted together.
enum class LimitClass : std::uint8_t { read, write, login, signup };
inline constexpr std::array<std::string_view, 4> kLimitClasses{"read", "write", "login", "signup"};

/// How many requests of each class a caller may make: an account, where a token says which; else the network that the request
/// comes from. Shared by all threads.
class Limits {
  public:
    using Rates = std::array<Rate, kLimitClasses.size()>;  ///< by LimitClass

    explicit Limits(const Rates& rates);

    /// Lets the limits hold across processes.
    void join(LimitExchange& exchange);

    /// Counts a request of `caller`, and notes what is left in it. Throws Problem 429 if nothing is.
    void count(Request& request, LimitClass limit, std::string_view caller);

    /// The buckets of each class, to be watched; by LimitClass.
    const TokenBuckets& of(std::size_t limit) const { return classes_.at(limit)->buckets; }

  private:
    struct Class {
        Class(const Rate& rate, std::string name) : buckets(rate), policy(std::move(name)) {}
        TokenBuckets buckets;
        std::string policy;  ///< for `RateLimit-Policy`
    };
    std::array<std::unique_ptr<Class>, kLimitClasses.size()> classes_;
};

/// What the gates of all threads share.
struct GateContext {
    Auth auth;
    KeyRing& keys;
    const ClientAddresses& addresses;
    Limits* limits;  ///< none: nothing is limited
};

/// What a request must pass before its operation runs, on one I/O thread: whose token it bears, whether the caller has not
/// asked for too much lately, whether it may ask for this at all.
class Gate {
  public:
    explicit Gate(const GateContext& context) : context_(context), verifier_(context.keys) {}

    /// Who calls an operation with this right. Throws Problem 401, 403, 429 or 503. With `auth = open` it is not said who.
    Caller admit(Request& request, const Right& right, LimitClass limit);

    /// For what no operation answers. Throws Problem 429.
    void admit_unrouted(Request& request);

  private:
    GateContext context_;
    TokenVerifier verifier_;
};

}  // namespace stoa::http
