#include "platform/http/router.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace stoa::http {
namespace {

/// Answers with the route's name and what its pattern took from the path.
Task<Response> told(std::string name, const PathValues& values) {
    Response response;
    response.body = std::move(name);
    for (const std::string& value : values) response.body += "|" + value;
    co_return response;
}

Task<Response> failing(bool as_problem) {
    if (as_problem) throw Problem::conflict("taken");
    throw std::runtime_error("the secret cause");
    co_return Response{};
}

class RouterTest : public testing::Test {
  protected:
    void add(Method method, std::string_view pattern, std::string name) {
        router_.add(method, pattern,
                    [name](Request&, const PathValues& values) { return told(name, values); });
    }
    Response response(Method method, std::string_view path) const {
        Request request;
        request.method = method;
        request.path = path;
        return router_.handle(request).run();
    }
    /// What answers: a route's name and values, or a status.
    std::string get(std::string_view path) const {
        const Response answer = response(Method::get, path);
        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }
    static std::string header(const Response& answer, std::string_view name) {
        for (const auto& [known, value] : answer.headers) {
            if (known == name) return value;
        }
        return "(none)";
    }

    ThreadMetrics metrics_;
    Router router_{metrics_};
};

TEST_F(RouterTest, prefers_a_literal_to_a_parameter_whichever_came_first) {
    add(Method::get, "/posts/{id}", "one");
    add(Method::get, "/posts/top", "top");
    add(Method::get, "/users/me", "me");
    add(Method::get, "/users/{name}", "user");
    EXPECT_EQ(get("/posts/top"), "top");
    EXPECT_EQ(get("/posts/7"), "one|7");
    EXPECT_EQ(get("/users/me"), "me");
    EXPECT_EQ(get("/users/ada"), "user|ada");
}

TEST_F(RouterTest, gives_the_parameters_in_the_order_of_the_pattern) {
    add(Method::get, "/a/{x}/b/{y}", "two");
    EXPECT_EQ(get("/a/1/b/2"), "two|1|2");
}

TEST_F(RouterTest, answers_404_where_there_is_nothing) {
    add(Method::get, "/posts/{id}/text", "text");
    for (const std::string_view path :
         {"/", "", "/posts", "/posts/7", "/posts/7/", "/posts/7/text/", "/posts/7/text/more",
          "/posts//text", "//posts/7/text", "/posts/7//text", "/Posts/7/text", "/post/7/text"}) {
        EXPECT_EQ(get(path), "404") << path;
    }
    EXPECT_EQ(get("/posts/7/text"), "text|7");
}

TEST_F(RouterTest, decodes_each_segment_after_the_path_is_split) {
    add(Method::get, "/posts/{id}", "one");
    EXPECT_EQ(get("/posts/a%2Fb"), "one|a/b");
    EXPECT_EQ(get("/posts/n%C3%A9"), "one|né");
    EXPECT_EQ(get("/posts/a+b"), "one|a+b");
    EXPECT_EQ(get("/p%6Fsts/7"), "one|7");
    EXPECT_EQ(get("/posts%2F7"), "404");
    EXPECT_EQ(get("/posts/%2e%2E"), "one|..");
}

TEST_F(RouterTest, refuses_a_path_that_can_not_be_decoded) {
    add(Method::get, "/posts/{id}", "one");
    for (const std::string_view path : {"/posts/%", "/posts/%zz", "/posts/%00", "/posts/%ff"}) {
        EXPECT_EQ(get(path), "400") << path;
    }
}

TEST_F(RouterTest, answers_405_with_the_methods_there_are) {
    add(Method::get, "/posts", "list");
    add(Method::post, "/posts", "make");
    for (const Method method : {Method::put, Method::delete_, Method::patch, Method::other}) {
        const Response answer = response(method, "/posts");
        EXPECT_EQ(answer.status, 405);
        EXPECT_EQ(header(answer, "Allow"), "GET, HEAD, POST, OPTIONS");
    }
}

TEST_F(RouterTest, answers_options_with_the_methods_there_are) {
    add(Method::delete_, "/posts/{id}", "drop");
    const Response answer = response(Method::options, "/posts/7");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(header(answer, "Allow"), "DELETE, OPTIONS");
    EXPECT_EQ(response(Method::options, "/posts").status, 404);
    EXPECT_EQ(response(Method::options, "*").status, 200) << "of the server as a whole";
}

TEST_F(RouterTest, answers_head_by_get_alone) {
    add(Method::get, "/posts", "list");
    add(Method::post, "/votes", "make");
    EXPECT_EQ(response(Method::head, "/posts").body, "list");
    EXPECT_EQ(response(Method::head, "/votes").status, 405);
}

TEST_F(RouterTest, makes_an_answer_of_what_a_handler_throws) {
    router_.add(Method::get, "/problem", [](Request&, const PathValues&) { return failing(true); });
    router_.add(Method::get, "/failure",
                [](Request&, const PathValues&) { return failing(false); });
    EXPECT_EQ(get("/problem"), "409");
    const Response answer = response(Method::get, "/failure");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("secret"), std::string::npos) << answer.body;
}

TEST_F(RouterTest, takes_the_last_of_two_handlers_for_the_same_route) {
    add(Method::get, "/posts/{id}", "first");
    add(Method::get, "/posts/{number}", "second");
    EXPECT_EQ(get("/posts/7"), "second|7");
}

TEST(RouterMetrics, counts_by_operation_and_class_of_status) {
    Metrics all;
    Router router(all.add_thread());
    router.add(
        Method::get, "/posts/{id}",
        [](Request& request, const PathValues& values) {
            EXPECT_EQ(request.route->operation, "retrieve_post");
            EXPECT_EQ(request.route->path, "/posts/{id}");
            return told("one", values);
        },
        "posts", "retrieve_post");
    for (const std::string_view path : {"/posts/1", "/posts/2", "/nothing"}) {
        Request request;
        request.method = Method::get;
        request.path = path;
        router.handle(request).run();
    }
    const std::string text = all.text();
    EXPECT_NE(
        text.find(R"(requests_total{service="posts",operation="retrieve_post",status="2xx"} 2)"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find(R"x(operation="none",status="4xx"} 1)x"), std::string::npos) << text;
}

}  // namespace
}  // namespace stoa::http
