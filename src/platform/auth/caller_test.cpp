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
        EXPECT_NO_THROW(caller.must_be_admitted());
        EXPECT_NO_THROW(caller.must_have_right_to(kAda));
        EXPECT_NO_THROW(caller.must_have_right_to(kBob));
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

constexpr Right kNobody{false, false, false, false, false, "Nobody."};

/// What the operation answers to a caller with this right, where things belong to `owner`: 0 if it may.
int answer(const Caller& caller, const Username& owner) {
    return status_of([&] {
        caller.must_be_admitted();
        caller.must_have_right_to(owner);
    });
}

int answer(Role role, const Right& right, const Username& owner) {
    return answer(Caller::proven({kAda, role, ""}, right), owner);
}

TEST(CallerWithoutToken, is_admitted_where_none_is_needed) {
    EXPECT_EQ(status_of([] { Caller::anonymous(rights::anyone).must_be_admitted(); }), 0);
    for (const Right& right : {rights::actor, rights::author, rights::user, rights::party,
                               rights::trusted, rights::admin, kNobody}) {
        EXPECT_EQ(answer(Caller::anonymous(right), kAda), 401) << right.who;
    }
}

TEST(CallerWithoutToken, sees_nothing_private_and_is_not_trusted) {
    EXPECT_FALSE(Caller::anonymous(rights::anyone).may_see_private(kAda));
    EXPECT_FALSE(Caller::anonymous(rights::anyone).is_trusted());
}

TEST(CallerWithToken, has_the_right_to_its_own) {
    for (const Role role : {Role::member, Role::moderator, Role::admin, Role::service}) {
        for (const Right& right : {rights::actor, rights::author, rights::user, rights::party}) {
            EXPECT_EQ(answer(role, right, Username("ADA")), 0) << right.who;
        }
    }
}

TEST(CallerWithToken, has_the_right_to_what_is_another_s_by_its_role) {
    const auto others = [](const Right& right) {
        std::string who;
        if (answer(Role::member, right, kBob) == 0) who += 'm';
        if (answer(Role::moderator, right, kBob) == 0) who += 'M';
        if (answer(Role::admin, right, kBob) == 0) who += 'A';
        if (answer(Role::service, right, kBob) == 0) who += 'S';
        return who;
    };
    EXPECT_EQ(others(rights::actor), "AS");
    EXPECT_EQ(others(rights::author), "MA");
    EXPECT_EQ(others(rights::user), "A");
    EXPECT_EQ(others(rights::party), "");
    EXPECT_EQ(others(rights::trusted), "AS");
    EXPECT_EQ(others(rights::admin), "A");
    EXPECT_EQ(others(kNobody), "");
}

TEST(CallerWithToken, acts_as_another_only_as_an_admin_or_a_service) {
    const auto as = [](Role role) { return Caller::proven({kAda, role, ""}, rights::actor); };
    EXPECT_EQ(acting(as(Role::member), ""), "Ada");
    EXPECT_EQ(acting(as(Role::member), "aDA"), "aDA");
    EXPECT_EQ(acting(as(Role::service), "bob"), "bob");
    EXPECT_EQ(acting(as(Role::admin), "bob"), "bob");
    EXPECT_EQ(status_of([&] { acting(as(Role::member), "bob"); }), 403);
    EXPECT_EQ(status_of([&] { acting(as(Role::moderator), "bob"); }), 403);
}

TEST(CallerWithToken, sees_what_is_private_if_it_is_its_own_or_as_an_admin) {
    const auto sees = [](Role role, const Username& owner) {
        return Caller::proven({kAda, role, ""}, rights::anyone).may_see_private(owner);
    };
    EXPECT_TRUE(sees(Role::member, kAda));
    EXPECT_TRUE(sees(Role::admin, kBob));
    for (const Role role : {Role::member, Role::moderator, Role::service}) {
        EXPECT_FALSE(sees(role, kBob));
    }
}

}  // namespace
}  // namespace stoa
