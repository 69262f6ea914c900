#include "platform/problem.hpp"

#include <gtest/gtest.h>

namespace stoa {
namespace {

using namespace std::chrono_literals;

TEST(Problem, has_the_status_of_what_happened) {
    EXPECT_EQ(Problem::unreadable("").status(), 400);
    EXPECT_EQ(Problem::unauthenticated("").status(), 401);
    EXPECT_EQ(Problem::forbidden("").status(), 403);
    EXPECT_EQ(Problem::not_found("").status(), 404);
    EXPECT_EQ(Problem::conflict("").status(), 409);
    EXPECT_EQ(Problem::invalid(Faults{}).status(), 422);
    EXPECT_EQ(Problem::too_many("", 1s).status(), 429);
    EXPECT_EQ(Problem::unavailable("", 1s).status(), 503);
    EXPECT_EQ(Problem::status(418, "").status(), 418);
}

TEST(Problem, says_what_is_wrong) {
    const Problem problem = Problem::conflict("The name is taken.");
    EXPECT_EQ(problem.detail(), "The name is taken.");
    EXPECT_STREQ(problem.what(), "The name is taken.");
    EXPECT_TRUE(problem.faults().empty());
    EXPECT_FALSE(problem.retry_after());
}

TEST(Problem, tells_all_faults) {
    const Fault title{Fault::In::body, "/title", "is missing"};
    const Fault limit{Fault::In::query, "limit", "must be an integer"};
    const Problem problem = Problem::invalid(Faults{title, limit});
    ASSERT_EQ(problem.faults().size(), 2U);
    EXPECT_EQ(problem.faults()[0].where, "/title");
    EXPECT_EQ(problem.faults()[1].in, Fault::In::query);
    EXPECT_NE(problem.detail(), Problem::invalid(title).detail()) << "one is not several";
}

TEST(Problem, that_will_pass_says_when_to_try_again) {
    EXPECT_EQ(Problem::too_many("", 7s).retry_after(), 7s);
    EXPECT_EQ(Problem::unavailable("", 3s).retry_after(), 3s);
}

}  // namespace
}  // namespace stoa
