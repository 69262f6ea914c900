#include "platform/json/schema.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace stoa::json {
namespace {

struct Name : Text<Name> {
    static constexpr TextBounds bounds{.min = 2, .max = 5, .charset = "a-z_-"};
    static constexpr std::string_view about = "A name.";
    static constexpr std::string_view example = "ada";
    using Text::Text;
};

struct Title : Text<Title> {
    static constexpr TextBounds bounds{.min = 1, .max = 300, .may_be_blank = false};
    using Text::Text;
};

struct Delta : Integer<Delta> {
    static constexpr IntegerBounds bounds{.min = -10, .max = 10, .may_be_zero = false};
    using Integer::Integer;
};

enum class Way { up, down };
BOOST_DESCRIBE_ENUM(Way, up, down)

struct Part {
    static constexpr std::string_view about = "A part.";
    Name name;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name))

struct Answer {
    Delta delta;
    std::optional<Way> way;
    described::Omittable<Title> title;
    std::vector<Part> parts;
    Timestamp at;
    bool new_ = false;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (delta, way, title, parts, at, new_))

struct Asked {
    static constexpr bool is_body = true;
    Name name;
    std::optional<Title> title;
    Batch<Part, 7> parts;
};
BOOST_DESCRIBE_STRUCT(Asked, (), (name, title, parts))

boost::json::value expected(std::string_view text) { return boost::json::parse(text); }

template <class T>
boost::json::value schema_of() {
    Schemas schemas;
    return schema<T>(schemas);
}

/// What `schemas` holds of a struct.
template <class T>
boost::json::value struct_of(std::string_view name) {
    Schemas schemas;
    schema<T>(schemas);
    return schemas.at(name);
}

TEST(Schema, of_a_text_says_its_bounds) {
    EXPECT_EQ(schema_of<Name>(),
              expected(R"({"type":"string","pattern":"^[a-z_-]{2,5}$","description":"A name."})"));
    EXPECT_EQ(
        schema_of<Title>(),
        expected(R"({"type":"string","minLength":1,"maxLength":300,"pattern":"[^\\s\\u0085]"})"));
    EXPECT_EQ(text_schema({.max = 9, .format = "email"}),
              expected(R"({"type":"string","format":"email","minLength":0,"maxLength":9})"));
}

TEST(Schema, of_an_integer_says_its_bounds) {
    EXPECT_EQ(schema_of<Delta>(),
              expected(R"({"type":"integer","minimum":-10,"maximum":10,"not":{"const":0}})"));
}

TEST(Schema, of_a_value_that_may_be_absent_takes_null) {
    EXPECT_EQ(schema_of<std::optional<Way>>(),
              expected(R"({"type":["string","null"],"enum":["up","down",null]})"));
    EXPECT_EQ(schema_of<std::optional<Timestamp>>(),
              expected(R"({"type":["string","null"],"format":"date-time"})"));
}

TEST(Schema, of_a_struct_is_referred_to_by_its_name) {
    EXPECT_EQ(schema_of<Part>(), expected(R"({"$ref":"#/components/schemas/Part"})"));
    EXPECT_EQ(struct_of<Part>("Part"), expected(R"({"type":"object","description":"A part.",
                           "properties":{"name":{"type":"string","pattern":"^[a-z_-]{2,5}$",
                                                 "description":"A name."}},
                           "required":["name"],"additionalProperties":false})"));
}

TEST(Schema, of_an_answer_requires_all_but_what_is_left_out_without_a_value) {
    const auto answer = struct_of<Answer>("Answer");
    EXPECT_EQ(answer.at("required"), expected(R"(["delta","way","parts","at","new"])"));
    EXPECT_EQ(answer.at_pointer("/properties/parts"),
              expected(R"({"type":"array","items":{"$ref":"#/components/schemas/Part"}})"));
    EXPECT_EQ(answer.at_pointer("/properties/new"), expected(R"({"type":"boolean"})"));
}

TEST(Schema, of_a_body_requires_only_what_must_be_sent) {
    const auto asked = struct_of<Asked>("Asked");
    EXPECT_EQ(asked.at("required"), expected(R"(["name","parts"])"));
    EXPECT_EQ(asked.at_pointer("/properties/parts"),
              expected(R"({"type":"array","items":{"$ref":"#/components/schemas/Part"},
                           "maxItems":7})"));
}

TEST(Schema, keeps_the_structs_that_a_struct_is_made_of) {
    Schemas schemas;
    schema<Answer>(schemas);
    EXPECT_EQ(schemas.size(), 2U);
    EXPECT_TRUE(schemas.contains("Part"));
}

TEST(Schema, gives_examples_made_of_those_of_the_members) {
    EXPECT_EQ(example<Asked>(),
              expected(R"({"name":"ada","title":"text","parts":[{"name":"ada"}]})"));
    EXPECT_EQ(example<Answer>(),
              expected(R"({"delta":1,"way":"up","title":"text","parts":[{"name":"ada"}],
                           "at":"2026-11-23T20:52:54.123Z","new":true})"));
}

TEST(Schema, gives_examples_that_are_themselves_taken) {
    Asked asked;
    Faults faults;
    read(example<Asked>(), "", asked, faults);
    EXPECT_TRUE(faults.empty());
}

}  // namespace
}  // namespace stoa::json
