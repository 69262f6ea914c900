#include "users/guesses.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stoa::users {
namespace {

constexpr http::Rate kThree{.per_second = 0.001, .burst = 3};

const Seal kSeal = Seal::made();

/// Whether one more wrong password is looked at.
bool may_guess(Guesses& guesses, std::string_view name, std::string_view network) {
    try {
        const std::string place(network);
        Guesses::Try attempt(guesses, name, {place, place});
        attempt.was_wrong();
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 429);
        EXPECT_TRUE(problem.retry_after());
        return false;
    }
    return true;
}

int guesses_until_refused(Guesses& guesses, std::string_view name, std::string_view network) {
    int made = 0;
    while (made < 1'000 && may_guess(guesses, name, network)) ++made;
    return made;
}

TEST(Guesses, are_few_for_an_account_from_one_network) {
    Guesses guesses(kThree, kSeal);
    EXPECT_EQ(guesses_until_refused(guesses, "ada", "192.0.2.1"), 3);
    EXPECT_FALSE(may_guess(guesses, "ADA", "192.0.2.1")) << "names have no case";
}

TEST(Guesses, do_not_lock_out_the_user_in_another_network_nor_another_user) {
    Guesses guesses(kThree, kSeal);
    guesses_until_refused(guesses, "ada", "192.0.2.1");
    EXPECT_TRUE(may_guess(guesses, "ada", "192.0.2.2"));
    EXPECT_TRUE(may_guess(guesses, "bob", "192.0.2.1"));
}

TEST(Guesses, are_ten_times_as_many_from_anywhere_and_no_more) {
    Guesses guesses(kThree, kSeal);
    int made = 0;
    for (int i = 0; i < 100; ++i) {
        made += guesses_until_refused(guesses, "ada", "192.0.2." + std::to_string(i));
    }
    EXPECT_EQ(made, 30);
}

TEST(Guesses, that_were_right_do_not_count) {
    Guesses guesses(kThree, kSeal);
    for (int i = 0; i < 100; ++i) {
        const Guesses::Try attempt(guesses, "ada", {"192.0.2.1", "192.0.2.1"});
    }
    EXPECT_EQ(guesses_until_refused(guesses, "ada", "192.0.2.1"), 3);
}

TEST(Guesses, of_one_subscriber_s_many_networks_are_of_one_site) {
    Guesses guesses(kThree, kSeal);
    for (int i = 0; i < 3; ++i) {
        Guesses::Try attempt(guesses, "ada",
                             {fmt::format("2001:db8:1:{}::/64", i), "2001:db8:1::/48"});
        attempt.was_wrong();
    }
    EXPECT_THROW(Guesses::Try(guesses, "ada", {"2001:db8:1:9::/64", "2001:db8:1::/48"}), Problem);
}

TEST(Guesses, that_are_being_looked_at_count_meanwhile) {
    Guesses guesses(kThree, kSeal);
    const http::ClientNetwork network{"192.0.2.1", "192.0.2.1"};
    {
        const Guesses::Try one(guesses, "ada", network);
        const Guesses::Try two(guesses, "ada", network);
        const Guesses::Try three(guesses, "ada", network);
        EXPECT_THROW(Guesses::Try(guesses, "ada", network), Problem);
    }
    EXPECT_EQ(guesses_until_refused(guesses, "ada", "192.0.2.1"), 3);
}

TEST(Guesses, are_not_limited_where_nothing_is) {
    Guesses guesses(std::nullopt, kSeal);
    EXPECT_EQ(guesses_until_refused(guesses, "ada", "192.0.2.1"), 1'000);
}

}  // namespace
}  // namespace stoa::users
