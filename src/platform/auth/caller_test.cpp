#include "platform/auth/caller.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

namespace stoa {
namespace {

const Username kAda("Ada");
const Username kBob("bob");

Caller nobody() { return Caller::believed(std::nullopt); }
Caller ada() { return Caller::believed(kAda); }

/// The status of the Problem that `call` throws; 0 if it throws none.
template <class Call>
int status_of(const Call& call) {
    try {
        call();
    } catch (const Problem& problem) {
        return problem.status();
    }
    return 0;
}

/// Whom `caller` acts as where a body names `named`; or the fault.
std::string acting(const Caller& caller, const std::string& named, Faults faults = {}) {
    Actor actor(named);
    const auto before = faults.size();
    caller.resolve(actor, "/username", faults);
    if (faults.size() == before) return actor.str();
    EXPECT_EQ(faults.back().in, Fault::In::body);
    EXPECT_EQ(faults.back().where, "/username");
    return faults.back().detail;
}

TEST(CallerInOpenMode, is_who_the_request_says) {
    EXPECT_EQ(ada().user(), kAda);
    EXPECT_FALSE(nobody().user());
}

TEST(CallerInOpenMode, may_do_everything_without_a_token) {
    for (const Caller& caller : {nobody(), ada()}) {
        EXPECT_NO_THROW(caller.must_be_known());
        EXPECT_NO_THROW(caller.must_be(kAda));
        EXPECT_NO_THROW(caller.must_be(kBob));
        EXPECT_NO_THROW(caller.must_be_trusted());
    }
}

TEST(CallerInOpenMode, acts_as_whom_the_body_names) {
    EXPECT_EQ(acting(nobody(), "bob"), "bob");
    EXPECT_EQ(acting(ada(), "bob"), "bob");
    EXPECT_EQ(acting(ada(), "ADA"), "ADA");
}

TEST(CallerInOpenMode, acts_in_its_own_name_where_the_body_names_none) {
    EXPECT_EQ(acting(ada(), ""), "Ada");
}

TEST(CallerInOpenMode, is_at_fault_where_nobody_is_named_at_all) {
    EXPECT_EQ(acting(nobody(), ""), "is missing: it says who acts");
}

TEST(CallerInOpenMode, is_not_told_twice_of_a_name_that_is_no_good) {
    Faults faults{{Fault::In::body, "/username", "must have 3 to 20 characters; this has 1"}};
    Actor actor;
    nobody().resolve(actor, "/username", faults);
    EXPECT_EQ(faults.size(), 1U);
}

TEST(CallerInOpenMode, sees_what_is_its_own_and_all_if_it_is_nobody) {
    EXPECT_TRUE(ada().may_see_private(kAda));
    EXPECT_TRUE(ada().may_see_private(Username("aDA"))) << "names have no case";
    EXPECT_FALSE(ada().may_see_private(kBob));
    EXPECT_TRUE(nobody().may_see_private(kBob));
}

TEST(CallerWithoutToken, is_refused_wherever_one_is_needed) {
    const Caller caller = Caller::anonymous();
    EXPECT_FALSE(caller.user());
    EXPECT_EQ(status_of([&] { caller.must_be_known(); }), 401);
    EXPECT_EQ(status_of([&] { caller.must_be(kAda); }), 401);
    EXPECT_EQ(status_of([&] { caller.must_be_trusted(); }), 401);
    EXPECT_EQ(status_of([&] { acting(caller, "ada"); }), 401);
    EXPECT_EQ(status_of([&] { acting(caller, ""); }), 401);
}

TEST(CallerWithoutToken, sees_nothing_private) {
    EXPECT_FALSE(Caller::anonymous().may_see_private(kAda));
}

}  // namespace
}  // namespace stoa
