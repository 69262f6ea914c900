#include "users/guesses.hpp"

#include "platform/json/text.hpp"
#include "platform/problem.hpp"

namespace stoa::users {

namespace {

constexpr double kSites = 10;

void take(http::TokenBuckets& buckets, std::string_view key) {
    const auto taken = buckets.take(key);
    if (taken.granted) return;
    throw Problem::too_many("There were too many tries to log in; see `Retry-After`.", taken.wait);
}

}  // namespace

Guesses::Guesses(std::optional<http::Rate> rate, const Seal& seal) : seal_(seal) {
    if (!rate) return;
    from_one_site_.emplace(*rate);
    from_anywhere_.emplace(http::Rate{rate->per_second * kSites, rate->burst * kSites});
}

void Guesses::join(http::LimitExchange& exchange) {
    if (!from_one_site_) return;
    exchange.add("guess-from-one-site", *from_one_site_);
    exchange.add("guess", *from_anywhere_);
}

Guesses::Try::Try(Guesses& guesses, std::string_view name, const http::ClientNetwork& network)
    : guesses_(guesses) {
    if (!guesses_.from_one_site_) return;
    account_ = guesses_.seal_.hash("guess", lower_case(name));
    account_and_site_ = account_ + network.site;
    take(*guesses_.from_one_site_, account_and_site_);
    try {
        take(*guesses_.from_anywhere_, account_);
    } catch (const Problem&) {
        guesses_.from_one_site_->give_back(account_and_site_);
        throw;
    }
}

Guesses::Try::~Try() {
    if (is_wrong_ || !guesses_.from_one_site_) return;
    guesses_.from_one_site_->give_back(account_and_site_);
    guesses_.from_anywhere_->give_back(account_);
}

}  // namespace stoa::users
