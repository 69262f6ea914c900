#include "platform/json/write.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace stoa::json {
namespace {

struct Count : Integer<Count> {
    static constexpr IntegerBounds bounds{};
    using Integer::Integer;
};

struct Name : Text<Name> {
    static constexpr TextBounds bounds{.max = 100};
    using Text::Text;
};

enum class Way { up, down };
BOOST_DESCRIBE_ENUM(Way, up, down)

struct Base {
    Count id;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))

struct Thing : Base {
    Name name;
    std::optional<Name> nick;
    described::Omittable<Name> secret;
    Way way = Way::up;
    bool new_ = false;
    std::vector<Base> parts;
    Timestamp at;
};
BOOST_DESCRIBE_STRUCT(Thing, (Base), (name, nick, secret, way, new_, parts, at))

struct OnlyOmittable {
    described::Omittable<Count> a;
    described::Omittable<Count> b;
};
BOOST_DESCRIBE_STRUCT(OnlyOmittable, (), (a, b))

template <class T>
std::string written(const T& value) {
    std::string out;
    write(out, value);
    return out;
}

/// A text of up to 40 characters, many of them such as must be escaped.
std::string random_text(std::mt19937& random) {
    static const std::vector<std::string> rare{"\"", "\\", "/", "\x7F", "é", "€", "😀", "\u2028"};
    std::string text;
    for (auto left = random() % 40; left > 0; --left) {
        const auto kind = random() % 4;
        if (kind == 0) {
            text += static_cast<char>(random() % 0x20);
        } else if (kind == 1) {
            text += rare[random() % rare.size()];
        } else {
            text += static_cast<char>(0x20 + random() % 0x5F);
        }
    }
    return text;
}

TEST(Write, escapes_every_control_character_quotes_and_backslashes) {
    for (int byte = 0; byte < 0x20; ++byte) {
        const std::string text(1, static_cast<char>(byte));
        const std::string json = written(text);
        EXPECT_EQ(json.substr(0, 2), "\"\\") << byte;
        EXPECT_EQ(boost::json::parse(json).as_string(), text) << byte;
    }
    EXPECT_EQ(written(std::string("\b\f\n\r\t")), R"("\b\f\n\r\t")");
    EXPECT_EQ(written(std::string("\x01\x1F")), R"("\u0001\u001f")");
    EXPECT_EQ(written(std::string("a\"b\\c")), R"("a\"b\\c")");
    EXPECT_EQ(written(std::string("a\0b", 3)), R"("a\u0000b")");
}

TEST(Write, passes_everything_else_as_it_is) {
    EXPECT_EQ(written(std::string("/ \x7F é € 😀")), "\"/ \x7F é € 😀\"");
    EXPECT_EQ(written(std::string()), "\"\"");
}

TEST(Write, is_read_by_another_library_as_it_was_meant) {
    std::mt19937 random(1);  // NOLINT: the same texts in every run
    for (int i = 0; i < 5'000; ++i) {
        const std::string text = random_text(random);
        const std::string json = written(text);
        ASSERT_EQ(boost::json::parse(json).as_string(), text) << json;
    }
}

TEST(Write, appends) {
    std::string out = "[1,";
    write(out, Count{2});
    write(out, std::string_view("x"));
    EXPECT_EQ(out, "[1,2\"x\"");
}

TEST(Write, gives_integers_in_full) {
    EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(written(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
    EXPECT_EQ(written(Count{0}), "0");
    EXPECT_EQ(written(kMaxExactInteger), "9007199254740991");
}

TEST(Write, gives_structs_with_the_members_of_bases_first) {
    Thing thing;
    thing.at = Timestamp{0};
    EXPECT_EQ(written(thing), R"({"id":0,"name":"","nick":null,"way":"up","new":false,"parts":[],)"
                              R"("at":"1970-01-01T00:00:00.000Z"})");
}

TEST(Write, gives_what_is_there_of_what_may_be_absent) {
    Thing thing;
    thing.nick = Name("n");
    thing.secret.value = Name("s");
    thing.way = Way::down;
    thing.new_ = true;
    thing.parts = {Base{Count{1}}, Base{Count{2}}};
    const std::string json = written(thing);
    EXPECT_NE(json.find(R"("nick":"n","secret":"s","way":"down","new":true,)"), std::string::npos)
        << json;
    EXPECT_NE(json.find(R"("parts":[{"id":1},{"id":2}])"), std::string::npos) << json;
}

TEST(Write, puts_commas_right_whichever_members_are_left_out) {
    OnlyOmittable object;
    object.b.value = Count{2};
    EXPECT_EQ(written(object), R"({"b":2})");
    object.a.value = Count{1};
    EXPECT_EQ(written(object), R"({"a":1,"b":2})");
}

TEST(Write, gives_an_object_even_where_all_members_are_left_out) {
    EXPECT_EQ(written(OnlyOmittable{}), "{}");
}

}  // namespace
}  // namespace stoa::json
