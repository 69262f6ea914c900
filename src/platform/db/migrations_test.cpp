#include "platform/db/migrations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace stoa::db {
namespace {

const std::vector<Migration> kSteps{
    {"a/001.sql", "create table a (x)", "01"},
    {"a/002.sql", "create table b (x)", "02"},
    {"b/001.sql", "create table c (x)", "03"},
};

std::vector<std::string> names(const std::vector<Migration>& steps) {
    std::vector<std::string> all;
    for (const Migration& step : steps) all.push_back(step.name);
    return all;
}

/// What pending() says is wrong; empty if nothing is.
std::string refusal(const std::vector<Applied>& recorded) {
    try {
        pending(kSteps, recorded);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

TEST(Migrations, of_a_new_database_are_all_pending_in_their_order) {
    EXPECT_EQ(names(pending(kSteps, {})), names(kSteps));
}

TEST(Migrations, that_have_run_are_not_pending) {
    EXPECT_EQ(names(pending(kSteps, {{"a/001.sql", "01"}, {"b/001.sql", "03"}})),
              std::vector<std::string>{"a/002.sql"});
    EXPECT_TRUE(
        pending(kSteps, {{"b/001.sql", "03"}, {"a/001.sql", "01"}, {"a/002.sql", "02"}}).empty());
}

TEST(Migrations, that_are_unknown_here_are_refused_by_name) {
    const std::string why = refusal({{"a/001.sql", "01"}, {"a/003.sql", "04"}});
    EXPECT_NE(why.find("'a/003.sql'"), std::string::npos) << why;
    EXPECT_NE(why.find("run the version that made it"), std::string::npos) << why;
}

TEST(Migrations, that_were_edited_since_they_ran_are_refused_by_name) {
    const std::string why = refusal({{"a/001.sql", "01"}, {"a/002.sql", "99"}});
    EXPECT_NE(why.find("'a/002.sql'"), std::string::npos) << why;
    EXPECT_NE(why.find("unmodified"), std::string::npos) << why;
}

TEST(Migrations, are_found_by_folder_with_a_checksum_each) {
    const std::array<std::string, 1> folders{"platform/http/schema/sqlite"};
    const auto found = migrations(folders);
    ASSERT_FALSE(found.empty());
    for (const Migration& step : found) {
        EXPECT_TRUE(step.name.starts_with(folders[0])) << step.name;
        EXPECT_TRUE(step.name.ends_with(".sql")) << step.name;
        EXPECT_FALSE(step.sql.empty());
        EXPECT_EQ(step.checksum.size(), 16U);
    }
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
}

TEST(Migrations, come_in_the_order_of_the_folders_asked_for) {
    const std::array<std::string, 1> platform{"platform/"};
    const std::array<std::string, 1> everything{""};
    const std::array<std::string, 2> both{platform[0], everything[0]};
    auto expected = names(migrations(platform));
    const auto rest = names(migrations(everything));
    ASSERT_NE(expected.front(), rest.front());
    expected.insert(expected.end(), rest.begin(), rest.end());
    EXPECT_EQ(names(migrations(both)), expected);
}

TEST(Migrations, of_a_folder_that_is_not_there_are_none) {
    const std::array<std::string, 1> folders{"no/such/folder"};
    EXPECT_TRUE(migrations(folders).empty());
}

}  // namespace
}  // namespace stoa::db
