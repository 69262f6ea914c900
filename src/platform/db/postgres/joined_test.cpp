#include "platform/db/postgres/joined.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>
#include <string>

namespace stoa::db::postgres {
namespace {

using Outcome = Statement::Outcome;

const Query kOne{"select name from things where id = $1"};
const Query kOther{"select size from things where id = $1"};

/// A row of a joined query: the place, and a number.
class PlacedRow final : public Row {
  public:
    PlacedRow(std::int64_t place, std::int64_t number) : columns_{place, number} {}
    bool is_null(int) const override { return false; }
    std::int64_t integer(int column) const override {
        return columns_.at(static_cast<std::size_t>(column));
    }
    std::string_view text(int) const override { throw std::logic_error("no text"); }

  private:
    std::array<std::int64_t, 2> columns_;
};

/// Reads by keys, and the numbers that each was given.
class Reads {
  public:
    Statement& add(const Query& query, std::int64_t key) {
        Read& read = reads_.emplace_back();
        read.value = key;
        read.on_row = [&read](const Row& row) {
            if (row.integer(0) < 0) throw std::runtime_error("a number below 0");
            read.numbers.push_back(row.integer(0));
        };
        read.statement.emplace(Statement{query, {&read.value, 1}, read.on_row});
        return *read.statement;
    }
    const std::vector<std::int64_t>& numbers(std::size_t read) const {
        return reads_.at(read).numbers;
    }

  private:
    struct Read {
        Value value;
        OnRow on_row;
        std::vector<std::int64_t> numbers;
        std::optional<Statement> statement;
    };
    std::deque<Read> reads_;
};

TEST(Joined, gives_each_part_its_own_rows) {
    Reads reads;
    std::vector<Statement*> parts{&reads.add(kOne, 7), &reads.add(kOne, 8), &reads.add(kOne, 7)};
    Joined joined(kOne, parts);
    EXPECT_EQ(std::get<std::string>(joined.whole().values.front()), "{7,8,7}");
    joined.whole().on_row(PlacedRow(1, 70));
    joined.whole().on_row(PlacedRow(3, 71));
    EXPECT_EQ(reads.numbers(0), std::vector<std::int64_t>{70});
    EXPECT_TRUE(reads.numbers(1).empty());
    EXPECT_EQ(reads.numbers(2), std::vector<std::int64_t>{71});
    EXPECT_THROW(joined.whole().on_row(PlacedRow(4, 1)), std::out_of_range);
}

TEST(Joined, a_part_that_can_not_take_its_row_fails_alone) {
    Reads reads;
    std::vector<Statement*> parts{&reads.add(kOne, 1), &reads.add(kOne, 2)};
    Joined joined(kOne, parts);
    joined.whole().on_row(PlacedRow(1, -1));
    joined.whole().on_row(PlacedRow(1, 5));
    joined.whole().on_row(PlacedRow(2, 6));
    joined.ended(Outcome::done);
    EXPECT_EQ(parts[0]->outcome, Outcome::failed);
    EXPECT_TRUE(parts[0]->error);
    EXPECT_TRUE(reads.numbers(0).empty());
    EXPECT_EQ(parts[1]->outcome, Outcome::done);
    EXPECT_FALSE(parts[1]->error);
}

TEST(Joined, what_befalls_it_befalls_each_part) {
    for (const Outcome outcome : {Outcome::failed, Outcome::skipped, Outcome::lost}) {
        Reads reads;
        std::vector<Statement*> parts{&reads.add(kOne, 1), &reads.add(kOne, 2)};
        Joined joined(kOne, parts);
        joined.whole().error = std::make_exception_ptr(std::runtime_error("why"));
        joined.ended(outcome);
        for (const Statement* part : parts) {
            EXPECT_EQ(part->outcome, outcome);
            EXPECT_TRUE(part->error);
        }
    }
}

TEST(Joined, takes_queries_by_one_number) {
    Reads reads;
    EXPECT_TRUE(Joined::takes(reads.add(kOne, 1)));
    const std::array<Value, 2> two{std::int64_t{1}, std::int64_t{2}};
    const std::array<Value, 1> text{std::string("books")};
    const OnRow ignore = [](const Row&) {};
    EXPECT_FALSE(Joined::takes(Statement{kOne, {}, ignore}));
    EXPECT_FALSE(Joined::takes(Statement{kOne, two, ignore}));
    EXPECT_FALSE(Joined::takes(Statement{kOne, text, ignore}));
}

TEST(Joining, joins_what_is_one_query_so_many_at_once_and_leaves_alone_what_is_alone) {
    Reads reads;
    Joining joining;
    for (std::int64_t key = 0; key < 130; ++key) joining.add(reads.add(kOne, key));
    joining.add(reads.add(kOther, 1));
    EXPECT_EQ(joining.size(), 131U);
    std::vector<std::size_t> sizes;
    std::size_t alone = 0;
    joining.take([&](Statement& one) { alone += one.query.sql == kOther.sql ? 1 : 100; },
                 [&](const std::unique_ptr<Joined>& some) {
                     sizes.push_back(some->size());
                     EXPECT_EQ(some->whole().query.sql, for_many(kOne.sql));
                 });
    EXPECT_EQ(alone, 1U);
    EXPECT_EQ(sizes, (std::vector<std::size_t>{64, 64, 2}));
    EXPECT_EQ(joining.size(), 0U);
}

TEST(Joining, drops_what_waits) {
    Reads reads;
    Joining joining;
    Statement& one = reads.add(kOne, 1);
    joining.add(one);
    EXPECT_EQ(joining.drop(), std::vector<Statement*>{&one});
    EXPECT_EQ(joining.size(), 0U);
}

}  // namespace
}  // namespace stoa::db::postgres
