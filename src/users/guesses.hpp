#pragma once

#include "platform/auth/seal.hpp"
#include "platform/http/limit_exchange.hpp"
#include "platform/http/message.hpp"
#include "platform/http/token_buckets.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stoa::users {

/// Slows down who guesses passwords. For each account there are a few tries from one site (an IPv6 subscriber's whole
/// network), and ten times as many from anywhere: so a guesser at one site doesn't lock the user out, who is at another, and
/// many guessers together get no further than that. An account that does not exist counts the same. Shared by all
/// threads.
class Guesses {
  public:
    /// No rate: guesses are not limited. `seal`: names are kept as hashes under it, which are short and can't be chosen.
    Guesses(std::optional<http::Rate> rate, const Seal& seal);

    /// Lets the limits hold across processes.
    void join(http::LimitExchange& exchange);

    /// A password that is being looked at. It counts as a guess meanwhile, and for good if was_wrong() is called.
    class Try {
      public:
        /// Throws Problem 429 if there have been too many.
        Try(Guesses& guesses, std::string_view name, const http::ClientNetwork& network);
        ~Try();
        Try(const Try&) = delete;
        Try& operator=(const Try&) = delete;

        void was_wrong() { is_wrong_ = true; }

      private:
        Guesses& guesses_;
        std::string account_;
        std::string account_and_site_;
        bool is_wrong_ = false;
    };

  private:
    const Seal& seal_;
    std::optional<http::TokenBuckets> from_one_site_;
    std::optional<http::TokenBuckets> from_anywhere_;
};

}  // namespace stoa::users
