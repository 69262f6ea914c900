#include "platform/json/read.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace stoa::json {
namespace {

struct Count : Integer<Count> {
    static constexpr IntegerBounds bounds{.min = -5, .max = 1'000};
    using Integer::Integer;
};

struct Name : Text<Name> {
    static constexpr TextBounds bounds{.min = 2, .max = 5};
    using Text::Text;
};

enum class Way { up, down };
BOOST_DESCRIBE_ENUM(Way, up, down)

struct Part {
    Name name;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name))

struct Thing {
    Name name;
    Count count;
    std::optional<Name> nick;
    std::optional<Way> way;
    std::optional<Timestamp> at;
    std::optional<Part> part;
    std::optional<Batch<Part, 3>> new_;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (name, count, nick, way, at, part, new_))

constexpr std::string_view kGood = R"({"name":"ada","count":1})";

Thing thing(std::string_view text) {
    Thing out;
    Faults faults;
    read(parse(text), "", out, faults);
    for (const Fault& fault : faults) ADD_FAILURE() << fault.where << ' ' << fault.detail;
    return out;
}

/// What is wrong with a body, by pointer.
std::map<std::string, std::string> faults_of(std::string_view text) {
    Thing out;
    Faults faults;
    read(parse(text), "", out, faults);
    std::map<std::string, std::string> by_pointer;
    for (const Fault& fault : faults) by_pointer[fault.where] = fault.detail;
    EXPECT_EQ(by_pointer.size(), faults.size()) << "a pointer is told twice";
    return by_pointer;
}

/// Why a text is not taken as JSON; empty if it is.
std::string refusal(std::string_view text) {
    try {
        parse(text);
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 400);
        return problem.detail();
    }
    return "";
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Read, gives_what_the_members_say) {
    const Thing read = thing(
        R"({"count":-5,"name":"ada","nick":"al","way":"down","at":"1970-01-01T00:00:01Z",
            "part":{"name":"wheel"},"new":[{"name":"p1"},{"name":"p2"}]})");
    EXPECT_EQ(read.name.str(), "ada");
    EXPECT_EQ(read.count.value(), -5);
    EXPECT_EQ(read.nick, Name("al"));
    EXPECT_EQ(read.way, Way::down);
    EXPECT_EQ(read.at, Timestamp{1'000});
    EXPECT_EQ(read.part->name.str(), "wheel");
    ASSERT_EQ(read.new_->items.size(), 2U);
    EXPECT_EQ(read.new_->items[1].name.str(), "p2");
}

TEST(Read, takes_an_optional_member_left_out_or_null_as_none) {
    EXPECT_FALSE(thing(kGood).nick);
    EXPECT_FALSE(thing(R"({"name":"ada","count":1,"nick":null,"part":null})").nick);
}

TEST(Read, tells_all_faults_at_once_with_their_pointers) {
    const auto faults = faults_of(
        R"({"name":"a","nick":7,"way":"left","at":"yesterday","part":{},"what":1,
            "new":[{"name":"ok"},{"name":"too long"},{"name":"ok","a/b~c":0}]})");
    EXPECT_EQ(faults.size(), 9U);
    EXPECT_EQ(faults.at("/name"), "must have 2 to 5 characters; this has 1");
    EXPECT_EQ(faults.at("/count"), "is missing");
    EXPECT_EQ(faults.at("/nick"), "must be a string");
    EXPECT_EQ(faults.at("/way"), "must be `up` or `down`");
    EXPECT_TRUE(faults.contains("/at"));
    EXPECT_EQ(faults.at("/part/name"), "is missing");
    EXPECT_EQ(faults.at("/what"), "is not a member of Thing");
    EXPECT_EQ(faults.at("/new/1/name"), "must have 2 to 5 characters; this has 8");
    EXPECT_EQ(faults.at("/new/2/a~1b~0c"), "is not a member of Part");
}

TEST(Read, refuses_a_required_member_that_is_null) {
    EXPECT_EQ(faults_of(R"({"name":null,"count":null})"),
              (std::map<std::string, std::string>{{"/name", "must be a string"},
                                                  {"/count", "must be an integer"}}));
}

TEST(Read, refuses_members_of_the_wrong_type) {
    for (const std::string_view bad : {"true", "1", "[]", "{}", "1.5"}) {
        const auto faults = faults_of(fmt::format(R"({{"name":{},"count":1}})", bad));
        EXPECT_EQ(faults.at("/name"), "must be a string") << bad;
    }
    for (const std::string_view bad : {"true", "\"1\"", "[]", "{}", "1.5", "-0.1", "1e-1"}) {
        const auto faults = faults_of(fmt::format(R"({{"name":"ada","count":{}}})", bad));
        EXPECT_EQ(faults.at("/count"), "must be an integer") << bad;
    }
    EXPECT_EQ(faults_of(R"({"name":"ada","count":1,"part":[]})").at("/part"), "must be an object");
    EXPECT_EQ(faults_of(R"({"name":"ada","count":1,"new":{}})").at("/new"), "must be an array");
    EXPECT_EQ(faults_of("[]").at(""), "must be an object");
}

TEST(Read, takes_a_number_that_is_an_integer_however_it_is_written) {
    for (const std::string_view good : {"100", "100.0", "1e2", "1.0E+2", "10000e-2"}) {
        EXPECT_EQ(thing(fmt::format(R"({{"name":"ada","count":{}}})", good)).count.value(), 100);
    }
    EXPECT_EQ(thing(R"({"name":"ada","count":-0.0})").count.value(), 0);
}

TEST(Read, says_the_bounds_to_a_number_however_huge) {
    for (const std::string_view huge :
         {"1001", "9007199254740993", "9223372036854775807", "9223372036854775808",
          "18446744073709551615", "18446744073709551616", "1e300", "1e400", "-6", "-1e300",
          "-1e400", "-9223372036854775808", "-9223372036854775809"}) {
        const auto faults = faults_of(fmt::format(R"({{"name":"ada","count":{}}})", huge));
        ASSERT_TRUE(faults.contains("/count")) << huge;
        EXPECT_EQ(faults.at("/count"), "must be from -5 to 1000") << huge;
    }
}

TEST(Read, refuses_a_batch_of_more_than_its_bound) {
    EXPECT_EQ(thing(R"({"name":"ada","count":1,"new":[]})").new_->items.size(), 0U);
    const std::string four = R"([{"name":"p1"},{"name":"p2"},{"name":"p3"},{"name":"p4"}])";
    EXPECT_EQ(faults_of(fmt::format(R"({{"name":"ada","count":1,"new":{}}})", four)).at("/new"),
              "must have at most 3 items");
}

TEST(Read, bounds_how_many_unknown_members_it_tells) {
    std::string body = R"({"name":"ada","count":1)";
    for (int i = 0; i < 1'000; ++i) body += fmt::format(",\"x{}\":0", i);
    const auto faults = faults_of(body + "}");
    EXPECT_GE(faults.size(), 1U);
    EXPECT_LE(faults.size(), 20U);
}

TEST(PointerToken, is_cut_at_a_whole_character) {
    EXPECT_EQ(pointer_token("~/"), "~0~1");
    EXPECT_EQ(pointer_token(std::string(1'000, 'a')), std::string(100, 'a'));
    EXPECT_EQ(pointer_token(std::string(99, 'a') + "😀"), std::string(99, 'a'));
}

TEST(Parse, refuses_a_member_given_twice) {
    for (const std::string_view bad :
         {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"a":1,"\u0061":2})", R"({"":1,"":2})",
          R"([{"x":{"a":1,"a":2}}])", R"({"x":{"b":1},"x":2})"}) {
        EXPECT_EQ(refusal(bad), "An object of the body gives a member twice.") << bad;
    }
    for (const std::string_view good :
         {R"({"a":{"a":{"a":1}}})", R"([{"a":1},{"a":1}])", R"({"b":{"a":1},"a":2})",
          R"({"a":1,"A":2})", R"({"a":{"b":1},"c":{"b":1},"b":0})"}) {
        EXPECT_EQ(refusal(good), "") << good;
    }
}

TEST(Parse, refuses_a_nul_raw_or_escaped) {
    EXPECT_EQ(refusal(R"({"a":"x\u0000y"})"), "The body has a NUL character.");
    EXPECT_EQ(refusal(R"({"x\u0000y":1})"), "The body has a NUL character.");
    EXPECT_NE(refusal({"{\"a\":\"x\0y\"}", 11}), "");
    EXPECT_NE(refusal({"1\0", 2}), "");
    EXPECT_NE(refusal({"\0", 1}), "");
    EXPECT_EQ(refusal(R"({"a":"x\\u0000y"})"), "");
}

TEST(Parse, refuses_a_lone_surrogate) {
    for (const std::string_view bad : {R"("\uD83D")", R"("\uDE00")", R"("\uDE00\uD83D")",
                                       R"("\uD83Dx")", R"("\uD83D\n")", R"("\uD83D\u0061")"}) {
        EXPECT_NE(refusal(bad), "") << bad;
    }
    EXPECT_EQ(refusal(R"("\uD83D\uDE00")"), "");
}

TEST(Parse, refuses_what_is_not_utf_8) {
    for (const std::string_view bad : {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xC3\"",
                                       "\"\xF4\x90\x80\x80\"", "{\"\xE2\x82\":1}"}) {
        EXPECT_NE(refusal(bad), "") << bad;
    }
    EXPECT_EQ(refusal("\"né€😀\""), "");
}

TEST(Parse, refuses_nesting_deeper_than_32) {
    EXPECT_EQ(refusal(nested(32)), "");
    EXPECT_EQ(refusal(nested(33)), "The body nests deeper than 32 levels.");
    EXPECT_EQ(refusal(std::string(1'000'000, '[')), "The body nests deeper than 32 levels.");
}

TEST(Parse, refuses_what_is_not_json) {
    for (const std::string_view bad : {"",
                                       " ",
                                       "{",
                                       "}",
                                       "{]",
                                       "[1,]",
                                       "{\"a\":1,}",
                                       "{a:1}",
                                       "{'a':1}",
                                       "nul",
                                       "True",
                                       "01",
                                       "+1",
                                       "1.",
                                       ".5",
                                       "1e",
                                       "-",
                                       "NaN",
                                       "Infinity",
                                       "\"\t\"",
                                       "\"a",
                                       R"("\x")",
                                       R"("\u12")",
                                       "1 2",
                                       "{}{}",
                                       "[] x",
                                       "// c\n1",
                                       "/* c */ 1",
                                       "\xEF\xBB\xBF{}",
                                       "[1 2]"}) {
        EXPECT_NE(refusal(bad), "") << bad;
    }
}

TEST(Parse, says_where_a_body_stops_being_json) {
    EXPECT_NE(refusal("{\"a\": x}").find("at byte 6"), std::string::npos) << refusal("{\"a\": x}");
}

}  // namespace
}  // namespace stoa::json
