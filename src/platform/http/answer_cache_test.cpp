#include "platform/http/answer_cache.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stoa::http {
namespace {

class AnswerCacheTest : public testing::Test {
  protected:
    static Request request(std::string_view path, std::string_view query = "") {
        Request request;
        request.path = path;
        request.query = query;
        return request;
    }

    static Response answer(std::string body) {
        Response response;
        response.body = std::move(body);
        return response;
    }

    db::Dependencies reading(std::int64_t id) const {
        db::Dependencies reading(changes_);
        reading.add(db::topic("post", id));
        return reading;
    }

    /// Asked for twice, as it must be to be kept.
    void keep(const Request& request, std::int64_t id, const std::string& body) {
        for (int i = 0; i < 2; ++i) cache_.keep(request, reading(id), answer(body));
    }

    /// The body that is told again; "(none)" if there is none.
    std::string told(const Request& request) {
        const Response* known = cache_.find(request);
        return known ? known->body : "(none)";
    }

    db::Changes changes_;
    AnswerCache cache_{1 << 20};
};

TEST_F(AnswerCacheTest, tells_again_what_was_asked_for_twice) {
    cache_.keep(request("/posts/7"), reading(7), answer("seven"));
    EXPECT_EQ(told(request("/posts/7")), "(none)");
    cache_.keep(request("/posts/7"), reading(7), answer("seven"));
    EXPECT_EQ(told(request("/posts/7")), "seven");
    EXPECT_EQ(told(request("/posts/8")), "(none)");
}

TEST_F(AnswerCacheTest, tells_apart_by_path_and_query) {
    keep(request("/posts", "limit=1"), 1, "one");
    keep(request("/posts", "limit=2"), 1, "two");
    EXPECT_EQ(told(request("/posts", "limit=1")), "one");
    EXPECT_EQ(told(request("/posts", "limit=2")), "two");
    EXPECT_EQ(told(request("/posts")), "(none)");
}

TEST_F(AnswerCacheTest, forgets_what_has_changed) {
    keep(request("/posts/7"), 7, "seven");
    keep(request("/posts/8"), 8, "eight");
    changes_.note(db::topic("post", 7));
    EXPECT_EQ(told(request("/posts/7")), "(none)");
    EXPECT_EQ(told(request("/posts/8")), "eight");
    keep(request("/posts/7"), 7, "seven, again");
    EXPECT_EQ(told(request("/posts/7")), "seven, again");
}

TEST_F(AnswerCacheTest, does_not_take_what_has_changed_while_it_was_made) {
    auto before = reading(7);
    changes_.note(db::topic("post", 7));
    cache_.keep(request("/posts/7"), reading(7), answer("new"));
    cache_.keep(request("/posts/7"), std::move(before), answer("old"));
    EXPECT_EQ(told(request("/posts/7")), "(none)");
}

TEST_F(AnswerCacheTest, holds_a_bounded_number_of_bytes_and_the_latest_of_them) {
    constexpr int answers = 2'000;
    const auto path = [](int i) { return fmt::format("/posts/{}", i); };
    for (int i = 0; i < answers; ++i) {
        const std::string name = path(i);
        keep(request(name), 1, std::string(2'000, 'x'));
        const std::string favourite = path(0);
        EXPECT_NE(told(request(favourite)), "(none)") << "what is asked for stays";
    }
    int kept = 0;
    for (int i = 0; i < answers; ++i) {
        const std::string name = path(i);
        if (told(request(name)) != "(none)") ++kept;
    }
    EXPECT_LE(kept * 2'000, 1 << 20);
    EXPECT_GE(kept, 200);
    const std::string latest = path(answers - 1);
    EXPECT_NE(told(request(latest)), "(none)");
}

TEST_F(AnswerCacheTest, does_not_take_what_would_fill_it_alone) {
    keep(request("/posts"), 1, std::string(500'000, 'x'));
    EXPECT_EQ(told(request("/posts")), "(none)");
}

TEST_F(AnswerCacheTest, of_no_bytes_keeps_nothing) {
    AnswerCache none(0);
    for (int i = 0; i < 3; ++i) none.keep(request("/posts/7"), reading(7), answer("seven"));
    EXPECT_FALSE(none.find(request("/posts/7")));
}

}  // namespace
}  // namespace stoa::http
