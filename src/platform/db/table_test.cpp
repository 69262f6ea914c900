#include "platform/db/table.hpp"

#include "platform/db/sqlite/connection.hpp"

#include <gtest/gtest.h>

#include <set>

namespace stoa::db {
namespace {

Table of_texts() {
    Table table;
    table.name = "pairs";
    table.columns = {{"a", false}, {"b", false}};
    table.key_columns = 2;
    return table;
}

/// What a table's rows are compared by, of a row of these values.
std::uint64_t digest_of(const std::string& values, bool is_integer) {
    const Table table{.name = "one",
                      .columns = {{"a", is_integer}, {"b", is_integer}},
                      .key_columns = 1,
                      .numbered = ""};
    const Query query("select " + values);
    sqlite::Connection connection(":memory:", sqlite::Connection::Use::write);
    std::uint64_t result = 0;
    connection.run(query, {}, [&](const Row& row) { result = digest(table, row); });
    return result;
}

TEST(Table, ADigestTellsRowsApartThatLookAlike) {
    std::set<std::uint64_t> digests;
    const char* const texts[] = {"'', ''",       "null, ''",  "'', null",      "null, null",
                                 "'ab', 'c'",    "'a', 'bc'", "'abc', ''",     "'a', 'b '",
                                 "'-', ''",      "'t', ''",   "'A', 'B'",      "'a', 'b'",
                                 "'a', char(9)", "'a', 'é'",  "'a', 'e\u0301'"};
    for (const char* values : texts) digests.insert(digest_of(values, false));
    const char* const numbers[] = {"0, 0", "0, null", "null, 0", "1, 0", "0, 1", "-1, 0", "256, 0"};
    for (const char* values : numbers) digests.insert(digest_of(values, true));
    EXPECT_EQ(digests.size(), std::size(texts) + std::size(numbers));
    EXPECT_EQ(digest_of("'a', 'b'", false), digest_of("'a', 'b'", false));
}

TEST(Table, NamesStandInQuotes) {
    Table table = of_texts();
    table.columns.push_back({"the \"key\"", false});
    EXPECT_EQ(table.column_list(), R"("a", "b", "the ""key""")");
    EXPECT_EQ(table.key_list(" desc"), R"("a" desc, "b" desc)");
}

TEST(Table, KeysAreInTheOrderOfTheirBytes) {
    EXPECT_LT((Key{"Z", std::int64_t{2}}), (Key{"a", std::int64_t{1}}));
    EXPECT_LT((Key{"z", std::int64_t{1}}), (Key{"é", std::int64_t{1}}));
    EXPECT_LT((Key{"a", std::int64_t{2}}), (Key{"a", std::int64_t{10}}));
    EXPECT_EQ(told(Key{"ada", std::int64_t{-7}}), "ada, -7");
}

}  // namespace
}  // namespace stoa::db
