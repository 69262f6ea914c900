#pragma once

#include "platform/http/token_buckets.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stoa::users {

/// Slows down who guesses passwords. For each account there are a few tries from one network, and ten times as many from
/// anywhere: so one guesser can't lock the user out, who is in another network, and many guessers together get no
/// further than that. An account that does not exist counts the same. Shared by all threads.
class Guesses {
  public:
    /// Nothing: guesses are not limited.
    explicit Guesses(std::optional<http::Rate> rate);

    /// One try, held back as a wrong one unless it turns out to be right.
    class Try {
      public:
        /// Throws Problem 429 if there have been too many.
        Try(Guesses& guesses, std::string_view name, std::string_view network);

        /// The password was right, or could not be looked at: this was no guess.
        void was_none();

      private:
        Guesses& guesses_;
        std::string account_;
        std::string account_and_network_;
    };

  private:
    std::optional<http::TokenBuckets> from_one_network_;
    std::optional<http::TokenBuckets> from_anywhere_;
};

}  // namespace stoa::users
