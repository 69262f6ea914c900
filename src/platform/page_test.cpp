#include "platform/page.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace stoa {
namespace {

constexpr auto kSmallest = std::numeric_limits<std::int64_t>::min();
constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();

struct Id : Integer<Id> {
    static constexpr IntegerBounds bounds{.min = 1};
    using Integer::Integer;
};

using Ids = IdList<Id, 3>;

std::vector<std::int64_t> numbers(const Ids& list) {
    std::vector<std::int64_t> all;
    for (const Id id : list.ids) all.push_back(id.value());
    return all;
}

Page<int> page_of_first(int rows, std::int64_t limit) {
    std::vector<int> all(static_cast<std::size_t>(rows));
    std::iota(all.begin(), all.end(), 1);
    return page_of(all, Limit{limit}, [](int item) { return Cursor{item, -item}; });
}

TEST(Cursor, comes_back_from_its_text_as_it_was) {
    for (const std::int64_t major : {kSmallest, std::int64_t{-1}, std::int64_t{0}, kLargest}) {
        for (const std::int64_t minor : {kSmallest, std::int64_t{0}, std::int64_t{255}, kLargest}) {
            const Cursor cursor{major, minor};
            Cursor read;
            EXPECT_FALSE(Cursor::accept(cursor.str(), read)) << cursor.str();
            EXPECT_EQ(read.major, major);
            EXPECT_EQ(read.minor, minor);
        }
    }
}

TEST(Cursor, is_never_longer_than_its_schema_says) {
    const auto longest = Cursor::schema().at("maxLength").to_number<std::size_t>();
    EXPECT_LE((Cursor{kSmallest, kSmallest}.str().size()), longest);
}

TEST(Cursor, that_was_made_up_is_refused) {
    const std::string good = Cursor{1'234, 56}.str();
    Cursor out{7, 8};
    for (const std::string& bad :
         {std::string(), std::string("."), std::string(".."), std::string("1.2"),
          std::string("1.2.0000"), std::string("1.2.3.4"), std::string("null"), good + " ",
          " " + good, good + "0", good.substr(1), good.substr(0, good.size() - 1), "0" + good,
          "+" + good, std::string(100'000, '1'), std::string("1\0.2.0000", 9)}) {
        EXPECT_TRUE(Cursor::accept(bad, out)) << bad.substr(0, 40);
    }
    EXPECT_EQ(out.major, 7);
    EXPECT_EQ(out.minor, 8);
}

TEST(Cursor, that_was_edited_is_refused) {
    const std::string good = Cursor{0xABCDEF, 0x1234}.str();
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string edited = good;
        edited[i] = edited[i] == '7' ? '8' : '7';
        Cursor out;
        EXPECT_TRUE(Cursor::accept(edited, out)) << edited;
    }
}

TEST(Cursor, at_the_start_is_before_everything_in_a_list_ordered_downwards) {
    EXPECT_EQ(Cursor::start().major, kLargest);
    EXPECT_EQ(Cursor::start().minor, kLargest);
}

TEST(Page, ends_the_list_when_no_more_rows_came_than_it_holds) {
    for (const int rows : {0, 1, 3}) {
        const auto page = page_of_first(rows, 3);
        EXPECT_EQ(page.items.size(), static_cast<std::size_t>(rows));
        EXPECT_FALSE(page.next) << rows;
    }
}

TEST(Page, points_behind_its_last_item_when_there_are_more) {
    const auto page = page_of_first(4, 3);
    EXPECT_EQ(page.items, (std::vector{1, 2, 3}));
    ASSERT_TRUE(page.next);
    EXPECT_EQ(page.next->major, 3);
    EXPECT_EQ(page.next->minor, -3);
}

TEST(IdList, takes_ids_separated_by_commas_in_their_order) {
    Ids list;
    EXPECT_FALSE(Ids::accept("3,1,9007199254740991", list));
    EXPECT_EQ(numbers(list), (std::vector<std::int64_t>{3, 1, 9'007'199'254'740'991}));
}

TEST(IdList, takes_one) {
    Ids list;
    EXPECT_FALSE(Ids::accept("8", list));
    EXPECT_EQ(numbers(list), (std::vector<std::int64_t>{8}));
}

TEST(IdList, refuses_what_is_no_list_of_ids) {
    for (const std::string_view bad : {"", ",", "1,", ",1", "1,,2", "a", "1,a", "1 ,2", "0", "-1",
                                       "01", "+1", "1.0", "1;2", "9007199254740992"}) {
        Ids list;
        EXPECT_TRUE(Ids::accept(bad, list)) << bad;
    }
}

TEST(IdList, refuses_more_ids_than_it_may_have) {
    Ids list;
    const auto why = Ids::accept("1,2,3,4", list);
    ASSERT_TRUE(why);
    EXPECT_NE(why->find("at most 3"), std::string::npos) << *why;
}

}  // namespace
}  // namespace stoa
