#include "platform/http/problem_answer.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace stoa::http {
namespace {

using namespace std::chrono_literals;

boost::json::value body_of(const Problem& problem, std::string_view instance = "/x") {
    return boost::json::parse(answer(problem, instance).body);
}

std::string header(const Response& response, std::string_view name) {
    for (const auto& [known, value] : response.headers) {
        if (known == name) return value;
    }
    return "(none)";
}

TEST(ProblemAnswer, has_the_members_of_rfc_9457) {
    const Response response = answer(Problem::not_found("No \"such\" post."), "/api/v1/posts/7");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.caching, Response::Caching::no_store);
    EXPECT_EQ(boost::json::parse(response.body),
              boost::json::parse(R"({"type":"about:blank","title":"Not Found","status":404,
                                     "detail":"No \"such\" post.","instance":"/api/v1/posts/7"})"));
}

TEST(ProblemAnswer, tells_all_faults_and_where_each_is) {
    const Problem problem = Problem::invalid(
        Faults{{Fault::In::body, "/a~1\"", "is missing"}, {Fault::In::query, "limit", "is no \\"}});
    EXPECT_EQ(body_of(problem).at("errors"),
              boost::json::parse(R"([{"pointer":"/a~1\"","detail":"is missing"},
                                     {"parameter":"limit","detail":"is no \\"}])"));
}

TEST(ProblemAnswer, has_a_title_for_every_status_there_is) {
    for (const int status :
         {400, 401, 403, 404, 405, 408, 409, 413, 415, 417, 422, 429, 431, 500, 503}) {
        EXPECT_NE(body_of(Problem::status(status, "")).at("title"), "Unknown") << status;
    }
}

TEST(ProblemAnswer, says_when_to_try_again) {
    EXPECT_EQ(header(answer(Problem::unavailable("", 5s), ""), "Retry-After"), "5");
    EXPECT_EQ(header(answer(Problem::too_many("", 2s), ""), "Retry-After"), "2");
    EXPECT_EQ(header(answer(Problem::conflict(""), ""), "Retry-After"), "(none)");
}

TEST(ProblemAnswer, says_how_to_authenticate) {
    EXPECT_EQ(header(answer(Problem::unauthenticated(""), ""), "WWW-Authenticate"),
              R"(Bearer realm="stoa")");
    EXPECT_EQ(header(answer(Problem::bad_token("It has expired."), ""), "WWW-Authenticate"),
              R"(Bearer realm="stoa", error="invalid_token", error_description="It has expired.")");
    EXPECT_EQ(header(answer(Problem::forbidden(""), ""), "WWW-Authenticate"), "(none)");
}

TEST(ProblemAnswer, is_json_whatever_the_path_was) {
    EXPECT_EQ(body_of(Problem::not_found(""), "/a\"\\\x01").at("instance"), "/a\"\\\x01");
    EXPECT_EQ(body_of(Problem::not_found(""), "/\xFF").at("instance"), "");
}

}  // namespace
}  // namespace stoa::http
