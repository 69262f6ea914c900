#include "platform/db/comparison.hpp"

#include "platform/db/sqlite/connection.hpp"

#include <gtest/gtest.h>

#include <list>
#include <string>

namespace stoa::db {
namespace {

/// Two tables of one kind in two databases, read by pages of three rows.
class ComparisonOfTables : public testing::Test {
  protected:
    ComparisonOfTables() {
        for (auto* side : {&original_, &copy_}) {
            side->execute(
                "create table words (word text, number integer, note text, "
                "primary key (word, number)) strict, without rowid");
        }
    }

    void fill(sqlite::Connection& side, int words) {
        side.execute(("insert into words with recursive n(i) as (select 1 union all select i + 1 "
                      "from n where i < " +
                      std::to_string(words) + ") select 'w' || (i / 4), i % 4, 'note' from n")
                         .c_str());
    }

    Pages& pages(sqlite::Connection& side, std::optional<Key> after = {}) {
        const auto run = [&side](const Query& query, std::span<const Value> values,
                                 const OnRow& on_row) { side.run(query, values, on_row); };
        return pages_.emplace_back(table_, run, std::move(after), 3);
    }

    Comparison compared() {
        rows_ = 0;
        return compare(table_, pages(original_), pages(copy_),
                       [this](std::size_t rows) { rows_ += rows; });
    }

    Table table_{.name = "words",
                 .columns = {{"word", false}, {"number", true}, {"note", false}},
                 .key_columns = 2,
                 .numbered = ""};
    std::list<Pages> pages_;  // before the connections, which keep their queries prepared
    sqlite::Connection original_{":memory:", sqlite::Connection::Use::write};
    sqlite::Connection copy_{":memory:", sqlite::Connection::Use::write};
    std::size_t rows_ = 0;
};

TEST_F(ComparisonOfTables, TheSameRowsAreTheSameWhateverTheirNumber) {
    for (const int words : {1, 2, 3, 4, 6, 7, 20}) {
        for (auto* side : {&original_, &copy_}) {
            side->execute("delete from words");
            fill(*side, words);
        }
        const Comparison result = compared();
        EXPECT_TRUE(result.is_same()) << words;
        EXPECT_EQ(result.original.rows, words);
        EXPECT_EQ(rows_, words);
        EXPECT_NE(result.original.checksum, 0);
    }
}

TEST_F(ComparisonOfTables, NoRowsAreTheSameAsNone) {
    const Comparison result = compared();
    EXPECT_TRUE(result.is_same());
    EXPECT_EQ(result.copy.rows, 0);
}

TEST_F(ComparisonOfTables, EachDifferenceIsToldByItsKey) {
    fill(original_, 20);
    fill(copy_, 20);
    original_.execute("delete from words where word = 'w0' and number = 1");
    copy_.execute("delete from words where word = 'w2'");
    copy_.execute("update words set note = null where word = 'w3' and number = 3");
    copy_.execute("insert into words values ('z', 1, '')");
    const Comparison result = compared();
    EXPECT_FALSE(result.is_same());
    const std::vector<std::string> told{"w0, 1: should not be there", "w2, 0: is missing",
                                        "w2, 1: is missing",          "w2, 2: is missing",
                                        "w2, 3: is missing",          "w3, 3: is another",
                                        "z, 1: should not be there"};
    EXPECT_EQ(result.examples, told);
    EXPECT_EQ(result.differences, told.size());
    EXPECT_EQ(result.original.rows, 19);
    EXPECT_EQ(result.copy.rows, 17);
    EXPECT_NE(result.original.checksum, result.copy.checksum);
}

TEST_F(ComparisonOfTables, OfManyDifferencesTheFirstAreTold) {
    fill(original_, 100);
    const Comparison result = compared();
    EXPECT_EQ(result.differences, 100);
    EXPECT_EQ(result.examples.size(), 10);
}

TEST_F(ComparisonOfTables, PagesGoOnAfterAKey) {
    fill(original_, 10);
    Pages& rest = pages(original_, Key{"w1", std::int64_t{1}});
    std::vector<std::string> keys;
    while (rest.next([&](const Row& row) { keys.push_back(told(key_of(table_, row))); }) > 0) {
    }
    EXPECT_EQ(keys, (std::vector<std::string>{"w1, 2", "w1, 3", "w2, 0", "w2, 1", "w2, 2"}));
}

}  // namespace
}  // namespace stoa::db
