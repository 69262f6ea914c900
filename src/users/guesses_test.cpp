#include "users/guesses.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

namespace stoa::users {
namespace {

constexpr http::Rate kThree{.per_second = 0.001, .burst = 3};

/// Whether one more wrong password is looked at.
bool may_guess(Guesses& guesses, std::string_view name, std::string_view network) {
    try {
        const Guesses::Try attempt(guesses, name, network);
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
    Guesses guesses(kThree);
    EXPECT_EQ(guesses_until_refused(guesses, "ada", "192.0.2.1"), 3);
    EXPECT_FALSE(may_guess(guesses, "ADA", "192.0.2.1")) << "names have no case";
}

TEST(Guesses, do_not_lock_out_the_user_in_another_network_nor_another_user) {
    Guesses guesses(kThree);
    guesses_until_refused(guesses, "ada", "192.0.2.1");
    EXPECT_TRUE(may_guess(guesses, "ada", "192.0.2.2"));
    EXPECT_TRUE(may_guess(guesses, "bob", "192.0.2.1"));
}

TEST(Guesses, are_ten_times_as_many_from_anywhere_and_no_more) {
    Guesses guesses(kThree);
    int made = 0;
    for (int i = 0; i < 100; ++i) {
        made += guesses_until_refused(guesses, "ada", "192.0.2." + std::to_string(i));
    }
    EXPECT_EQ(made, 30);
}

TEST(Guesses, that_were_right_do_not_count) {
    Guesses guesses(kThree);
    for (int i = 0; i < 100; ++i) {
        Guesses::Try attempt(guesses, "ada", "192.0.2.1");
        attempt.was_none();
    }
    EXPECT_EQ(guesses_until_refused(guesses, "ada", "192.0.2.1"), 3);
}

TEST(Guesses, are_not_limited_where_nothing_is) {
    Guesses guesses(std::nullopt);
    EXPECT_EQ(guesses_until_refused(guesses, "ada", "192.0.2.1"), 1'000);
}

}  // namespace
}  // namespace stoa::users
