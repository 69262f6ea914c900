#include "platform/db/changes.hpp"

#include <gtest/gtest.h>

namespace stoa::db {
namespace {

TEST(Dependencies, holds_until_something_changes_that_it_depends_on) {
    Changes changes;
    Dependencies reading(changes);
    reading.add(topic("post", 7));
    reading.add(topic("community", "books"));
    EXPECT_TRUE(reading.holds());
    changes.note(topic("post", 8));
    EXPECT_TRUE(reading.holds());
    changes.note(topic("community", "books"));
    EXPECT_FALSE(reading.holds());
}

TEST(Dependencies, of_who_knows_what_never_holds) {
    const Changes changes;
    EXPECT_FALSE(Dependencies(changes).holds());
}

TEST(Dependencies, that_began_before_a_change_does_not_hold_after_it) {
    Changes changes;
    Dependencies before(changes);
    before.add(topic("post", 7));
    changes.note(topic("post", 7));
    Dependencies after(changes);
    after.add(topic("post", 7));
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
