#include "users/guesses.hpp"

#include "platform/json/text.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

namespace stoa::users {

namespace {

constexpr double kNetworks = 10;

void take(http::TokenBuckets& buckets, std::string_view key) {
    const auto taken = buckets.take(key);
    if (taken.granted) return;
    throw Problem::too_many("There were too many tries to log in; see `Retry-After`.", taken.wait);
}

}  // namespace

Guesses::Guesses(std::optional<http::Rate> rate) {
    if (!rate) return;
    from_one_network_.emplace(*rate);
    from_anywhere_.emplace(http::Rate{rate->per_second * kNetworks, rate->burst * kNetworks});
}

Guesses::Try::Try(Guesses& guesses, std::string_view name, std::string_view network)
    : guesses_(guesses),
      account_(lower_case(name)),
      account_and_network_(fmt::format("{} {}", account_, network)) {
    if (!guesses_.from_one_network_) return;
    take(*guesses_.from_one_network_, account_and_network_);
    try {
        take(*guesses_.from_anywhere_, account_);
    } catch (const Problem&) {
        guesses_.from_one_network_->give_back(account_and_network_);
        throw;
    }
}

void Guesses::Try::was_none() {
    if (!guesses_.from_one_network_) return;
    guesses_.from_one_network_->give_back(account_and_network_);
    guesses_.from_anywhere_->give_back(account_);
}

}  // namespace stoa::users
