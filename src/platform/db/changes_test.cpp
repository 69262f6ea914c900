#include "platform/db/changes.hpp"

#include <gtest/gtest.h>

namespace stoa::db {
namespace {

TEST(Reading, holds_until_something_changes_that_it_depends_on) {
    Changes changes;
    Reading reading(changes);
    reading.depends_on(topic("post", 7));
    reading.depends_on(topic("community", "books"));
    EXPECT_TRUE(reading.holds());
    changes.note(topic("post", 8));
    EXPECT_TRUE(reading.holds());
    changes.note(topic("community", "books"));
    EXPECT_FALSE(reading.holds());
}

TEST(Reading, of_who_knows_what_never_holds) {
    const Changes changes;
    EXPECT_FALSE(Reading(changes).holds());
}

TEST(Reading, that_began_before_a_change_does_not_hold_after_it) {
    Changes changes;
    Reading before(changes);
    before.depends_on(topic("post", 7));
    changes.note(topic("post", 7));
    Reading after(changes);
    after.depends_on(topic("post", 7));
    EXPECT_FALSE(before.holds());
    EXPECT_TRUE(after.holds());
}

TEST(Topic, differs_by_kind_id_and_name) {
    EXPECT_EQ(topic("post", 7).hash, topic("post", 7).hash);
    EXPECT_NE(topic("post", 7).hash, topic("post", 8).hash);
    EXPECT_NE(topic("post", 7).hash, topic("tally", 7).hash);
    EXPECT_NE(topic("post", 0).hash, topic("post", "").hash);
    EXPECT_NE(topic("community", "books").hash, topic("community", "cooks").hash);
}

}  // namespace
}  // namespace stoa::db
