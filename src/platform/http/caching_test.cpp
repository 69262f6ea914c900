#include "platform/http/caching.hpp"

#include <gtest/gtest.h>

namespace stoa::http {
namespace {

std::string header(const Response& response, std::string_view name) {
    for (const auto& [known, value] : response.headers) {
        if (known == name) return value;
    }
    return "(none)";
}

Response answered(const std::string& body, std::string_view if_none_match = "",
                  Response::Caching caching = Response::Caching::revalidate) {
    Request request;
    request.if_none_match = if_none_match;
    Response response;
    response.body = body;
    response.caching = caching;
    apply_caching(request, response);
    return response;
}

std::string tag_of(const std::string& body) { return header(answered(body), "ETag"); }

TEST(Caching, of_what_is_not_public_is_forbidden) {
    const Response response = answered("{}", "*", Response::Caching::no_store);
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header(response, "ETag"), "(none)");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "{}");
}

TEST(Caching, of_what_is_public_asks_again_each_time) {
    const Response response = answered("{}");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
}

TEST(Caching, has_a_strong_tag_that_changes_with_the_body_alone) {
    const std::string tag = tag_of("{}");
    EXPECT_GT(tag.size(), 2U);
    EXPECT_TRUE(tag.starts_with('"') && tag.ends_with('"')) << tag;
    EXPECT_EQ(tag.find_first_of("\", ", 1), tag.size() - 1) << tag;
    EXPECT_EQ(tag_of("{}"), tag);
    EXPECT_NE(tag_of("{ }"), tag);
    EXPECT_NE(tag_of(""), tag);
}

TEST(Caching, answers_304_to_who_has_it_already) {
    const std::string tag = tag_of("{}");
    for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, tag + ",\"other\"",
                                     "\"a\"\t,\t" + tag + "\t", std::string("*")}) {
        const Response response = answered("{}", known);
        EXPECT_EQ(response.status, 304) << known;
        EXPECT_EQ(response.body, "") << known;
        EXPECT_EQ(header(response, "ETag"), tag) << known;
        EXPECT_EQ(header(response, "Cache-Control"), "no-cache") << known;
    }
}

TEST(Caching, answers_in_full_to_who_has_something_else) {
    const std::string tag = tag_of("{}");
    for (const std::string& known :
         {std::string("\"other\""), tag.substr(1, tag.size() - 2), tag.substr(0, tag.size() - 1),
          "w/" + tag, tag + tag, std::string(","), std::string(" "), std::string("\"\"")}) {
        const Response response = answered("{}", known);
        EXPECT_EQ(response.status, 200) << known;
        EXPECT_EQ(response.body, "{}") << known;
    }
}

}  // namespace
}  // namespace stoa::http
