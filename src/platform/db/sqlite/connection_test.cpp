#include "platform/db/sqlite/connection.hpp"

#include "platform/problem.hpp"

#include <boost/describe.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace stoa::db::sqlite {
namespace {

struct Id : Integer<Id> {
    static constexpr IntegerBounds bounds{.min = 1};
    using Integer::Integer;
};

struct Name : Text<Name> {
    static constexpr TextBounds bounds{.min = 1, .max = 10};
    using Text::Text;
};

enum class Way : std::int8_t { down = -1, up = 1 };

struct Item {
    Id id;
    std::optional<Name> name;
    Way way = Way::up;
    Timestamp at;
    described::Omittable<Name> nick;

    friend bool operator==(const Item& a, const Item& b) {
        return a.id == b.id && a.name == b.name && a.way == b.way && a.at == b.at &&
               a.nick.value == b.nick.value;
    }
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, name, way, at, nick))

/// A connection as what a store runs its queries on.
class InMemory final : public Executor {
  public:
    Connection connection{":memory:", Connection::Use::write};

  protected:
    Task<> run(const Query& query, std::span<const Value> values, const OnRow& on_row) override {
        connection.run(query, values, on_row);
        co_return;
    }
};

class SqliteConnection : public testing::Test {
  protected:
    SqliteConnection() {
        db_.connection.execute(
            "create table items (id integer primary key, name text, way integer, at integer, "
            "nick text) strict");
    }
    template <class T, class... Args>
    std::optional<T> one(const Query& query, Args... args) {
        return db_.one<T>(query, args...).run();
    }
    void insert(std::int64_t id, std::optional<Name> name = std::nullopt) {
        db_.execute(insert_, id, name, Way::down, Timestamp{5}, std::optional<Name>()).run();
    }

    InMemory db_;
    const Query insert_{"insert into items (id, name, way, at, nick) values ($1, $2, $3, $4, $5)"};
    const Query find_{"select " + columns<Item>() + " from items where id = $1"};
};

TEST_F(SqliteConnection, binds_parameters_by_their_number_not_their_place) {
    const Query swapped{"select $2 || '-' || $1"};
    const Query repeated{"select $3 || $1 || $3 || $2 || $1"};
    const std::string a = "a";
    const std::string b = "b";
    const std::string c = "c";
    EXPECT_EQ(one<std::string>(swapped, a, b), "b-a");
    EXPECT_EQ(one<std::string>(repeated, a, b, c), "cacba");
    EXPECT_EQ(one<std::string>(swapped, b, a), "a-b") << "prepared, with other values";
}

TEST_F(SqliteConnection, gives_values_back_as_they_were) {
    const Query same{"select $1"};
    for (const std::int64_t number : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                      std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(one<std::int64_t>(same, number), number);
    }
    for (const std::string& text : {std::string(), std::string("'; drop table items; --"),
                                    std::string("né€😀"), std::string("a\0b", 3)}) {
        EXPECT_EQ(one<std::string>(same, text), text);
    }
    EXPECT_EQ(one<std::optional<Name>>(same, std::optional<Name>()),
              std::make_optional(std::optional<Name>()));
    EXPECT_EQ(one<Way>(same, Way::down), Way::down);
}

TEST_F(SqliteConnection, reads_a_struct_from_its_columns) {
    insert(7, Name("ada"));
    insert(8);
    EXPECT_EQ(one<Item>(find_, 7), (Item{Id{7}, Name("ada"), Way::down, Timestamp{5}, {}}));
    EXPECT_EQ(one<Item>(find_, 8), (Item{Id{8}, std::nullopt, Way::down, Timestamp{5}, {}}));
}

TEST_F(SqliteConnection, gives_nothing_where_there_is_no_row) {
    EXPECT_FALSE(one<Item>(find_, 7));
    const Query all{"select id from items limit 10"};
    EXPECT_TRUE(db_.all<Id>(all).run().empty());
}

TEST_F(SqliteConnection, gives_the_first_of_many_rows_and_all_of_them) {
    for (const std::int64_t id : {3, 1, 2}) insert(id);
    const Query down{"select id from items order by id desc limit 10"};
    EXPECT_EQ(one<Id>(down), Id{3});
    EXPECT_EQ(db_.all<Id>(down).run(), (std::vector{Id{3}, Id{2}, Id{1}}));
}

TEST_F(SqliteConnection, gives_a_row_for_each_key_in_their_order_and_leaves_out_what_is_not_there) {
    for (const std::int64_t id : {1, 2, 3}) insert(id);
    const auto items = db_.each<Item>(find_, std::vector{Id{3}, Id{9}, Id{1}, Id{3}}).run();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].id, Id{3});
    EXPECT_EQ(items[1].id, Id{1});
    EXPECT_EQ(items[2].id, Id{3});
}

TEST_F(SqliteConnection, makes_a_conflict_of_a_constraint_that_forbids) {
    insert(1);
    try {
        insert(1);
        FAIL() << "was taken twice";
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 409);
    }
    insert(2);
}

TEST_F(SqliteConnection, refuses_parameters_that_have_no_number) {
    const Query nameless{"select ?"};
    const Query named{"select $name"};
    EXPECT_THROW(one<std::int64_t>(named, 1), std::logic_error);
    EXPECT_THROW(one<std::int64_t>(nameless, 1), std::logic_error);
}

TEST_F(SqliteConnection, can_run_a_statement_again_that_failed_or_was_left_in_the_middle) {
    for (const std::int64_t id : {1, 2, 3}) insert(id);
    const Query all{"select id from items order by id limit 10"};
    const OnRow leave = [](const Row&) { throw std::runtime_error("enough"); };
    EXPECT_THROW(db_.connection.run(all, {}, leave), std::runtime_error);
    EXPECT_EQ(db_.all<Id>(all).run().size(), 3U);
}

TEST_F(SqliteConnection, that_only_reads_makes_no_file) {
    const std::string file = testing::TempDir() + "stoa_no_such_file.db";
    EXPECT_THROW(Connection(file, Connection::Use::read), std::runtime_error);
    EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace stoa::db::sqlite
