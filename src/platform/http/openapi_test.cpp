#include "platform/http/openapi.hpp"

#include "platform/http/endpoint.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace stoa::http {
namespace {

struct ThingId : Integer<ThingId> {
    static constexpr IntegerBounds bounds{.min = 1, .max = 9};
    static constexpr std::string_view about = "A thing's number.";
    static constexpr int example = 4;
    using Integer::Integer;
};

struct ThingName : Text<ThingName> {
    static constexpr TextBounds bounds{.min = 1, .max = 5};
    static constexpr std::string_view example = "wheel";
    using Text::Text;
};

struct NewThing {
    static constexpr bool is_body = true;
    ThingName name;
    Actor username;
};
BOOST_DESCRIBE_STRUCT(NewThing, (), (name, username))

struct Thing {
    ThingId id;
    ThingName name;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (id, name))

struct ThingQuery {
    std::optional<ThingName> name;
    Limit limit;
};
BOOST_DESCRIBE_STRUCT(ThingQuery, (), (name, limit))

/// A service of the smallest kind; only its signatures matter here.
class Things {
  public:
    static constexpr std::string_view kName = "things";
    Task<Created<Thing>> create(db::Transaction&, NewThing) { co_return Created<Thing>{}; }
    Task<Thing> find(ThingId) { co_return Thing{}; }
    Task<Page<Thing>> list(ThingQuery) { co_return Page<Thing>{}; }
    Task<Private<Thing>> mine(KnownCaller) { co_return Private<Thing>{}; }
};

boost::json::value document() {
    std::vector<Operation> operations;
    Routes<Things> routes(operations);
    routes.get("/things", {.id = "list_things", .summary = "List things", .right = rights::anyone},
               &Things::list);
    routes.post("/things",
                {.id = "create_thing",
                 .summary = "Create a thing",
                 .right = rights::actor,
                 .conflict = "The name is taken."},
                &Things::create);
    routes.get("/things/{thing_id}",
               {.id = "find_thing",
                .summary = "Find a thing",
                .right = rights::anyone,
                .not_found = "There is no such thing."},
               &Things::find);
    routes.get(
        "/things/mine",
        {.id = "my_thing", .summary = "My thing", .right = rights::party, .is_private = true},
        &Things::mine);
    return boost::json::parse(openapi_document(operations, {{"things", "What there is."}}));
}

const boost::json::value kDocument = document();

const boost::json::value& at(std::string_view pointer) { return kDocument.at_pointer(pointer); }

boost::json::value expected(std::string_view text) { return boost::json::parse(text); }

/// The statuses that an operation may answer.
std::string statuses(std::string_view operation) {
    std::string all;
    for (const auto& response : at(std::string(operation) + "/responses").as_object()) {
        all += std::string(response.key()) + ' ';
    }
    return all;
}

/// The names of an operation's parameters; those that are shared by what they refer to.
std::string parameters(std::string_view operation) {
    std::string all;
    for (const auto& each : at(std::string(operation) + "/parameters").as_array()) {
        const auto* name = each.as_object().if_contains("name");
        all += std::string((name ? *name : each.at("$ref")).as_string()) + ' ';
    }
    return all;
}

constexpr std::string_view kList = "/paths/~1api~1v1~1things/get";
constexpr std::string_view kCreate = "/paths/~1api~1v1~1things/post";
constexpr std::string_view kFind = "/paths/~1api~1v1~1things~1{thing_id}/get";
constexpr std::string_view kMine = "/paths/~1api~1v1~1things~1mine/get";

TEST(OpenApi, has_every_operation_under_its_path_and_tag) {
    EXPECT_EQ(at("/openapi"), "3.1.0");
    EXPECT_EQ(at("/paths").as_object().size(), 3U);
    EXPECT_EQ(at("/tags"), expected(R"([{"name":"things","description":"What there is."}])"));
    EXPECT_EQ(at(std::string(kCreate) + "/operationId"), "create_thing");
    EXPECT_EQ(at(std::string(kCreate) + "/tags"), expected(R"(["things"])"));
}

TEST(OpenApi, tells_the_parameters_of_path_and_query) {
    EXPECT_EQ(at(std::string(kFind) + "/parameters/0"),
              expected(R"({"name":"thing_id","in":"path","description":"A thing's number.",
                           "required":true,"example":4,
                           "schema":{"type":"integer","minimum":1,"maximum":9}})"));
    EXPECT_EQ(parameters(kList), "name limit #/components/parameters/User ");
    EXPECT_FALSE(at(std::string(kList) + "/parameters/0").as_object().contains("required"));
    EXPECT_EQ(at(std::string(kList) + "/parameters/1/schema/default"), 25);
}

TEST(OpenApi, tells_the_body_and_its_schema) {
    EXPECT_EQ(at(std::string(kCreate) + "/requestBody/content/application~1json/schema"),
              expected(R"({"$ref":"#/components/schemas/NewThing"})"));
    EXPECT_EQ(at("/components/schemas/NewThing/required"), expected(R"(["name"])"))
        << "who acts may be left out";
    EXPECT_FALSE(at(kList).as_object().contains("requestBody"));
}

TEST(OpenApi, tells_the_answer_and_an_example_of_it) {
    EXPECT_EQ(at(std::string(kFind) + "/responses/200/content/application~1json"),
              expected(R"({"schema":{"$ref":"#/components/schemas/Thing"},
                           "example":{"id":4,"name":"wheel"}})"));
    EXPECT_EQ(at(std::string(kList) + "/responses/200/content/application~1json/schema"),
              expected(R"({"$ref":"#/components/schemas/ThingList"})"));
    EXPECT_EQ(at("/components/schemas/ThingList/properties/items"),
              expected(R"({"type":"array","items":{"$ref":"#/components/schemas/Thing"}})"));
}

TEST(OpenApi, tells_every_status_that_may_come) {
    EXPECT_EQ(statuses(kList), "200 304 400 401 422 429 431 500 503 ");
    EXPECT_EQ(statuses(kFind), "200 304 400 401 404 422 429 431 500 503 ");
    EXPECT_EQ(statuses(kCreate), "201 400 401 403 409 413 415 422 429 431 500 503 ");
    EXPECT_EQ(statuses(kMine), "200 400 401 403 422 429 431 500 503 ");
}

TEST(OpenApi, tells_who_may) {
    EXPECT_EQ(at(std::string(kCreate) + "/description"),
              "**Who may:** The account that is named, an admin or a service.");
    EXPECT_EQ(at(std::string(kCreate) + "/x-who-may"),
              expected(R"({"anonymous":false,"member":false,"owner":true,"moderator":false,
                           "admin":true,"service":true})"));
    EXPECT_EQ(at(std::string(kList) + "/security"), expected(R"([{},{"token":[]}])"));
    EXPECT_EQ(at(std::string(kMine) + "/security"), expected(R"([{"token":[]}])"));
}

TEST(OpenApi, takes_an_idempotency_key_where_something_is_made) {
    EXPECT_EQ(parameters(kCreate),
              "#/components/parameters/User #/components/parameters/IdempotencyKey ");
}

TEST(OpenApi, refers_to_nothing_that_is_not_there) {
    const std::string text = boost::json::serialize(kDocument);
    constexpr std::string_view reference = R"("$ref":"#)";
    for (auto found = text.find(reference); found != std::string::npos;
         found = text.find(reference, found + 1)) {
        const auto start = found + reference.size();
        const std::string pointer = text.substr(start, text.find('"', start) - start);
        boost::system::error_code error;
        EXPECT_TRUE(kDocument.find_pointer(pointer, error)) << pointer;
    }
}

TEST(PatternParameters, are_the_names_in_braces) {
    EXPECT_EQ(pattern_parameters("/a/{x}/b/{y_z}"), (std::vector<std::string>{"x", "y_z"}));
    EXPECT_TRUE(pattern_parameters("/a/b").empty());
}

}  // namespace
}  // namespace stoa::http
