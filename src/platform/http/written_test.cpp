#include "platform/http/written.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stoa::http {
namespace {

std::int64_t since(std::string_view cookie, std::string_view authorization = "",
                   bool anybody_writes = false) {
    Request request;
    request.cookie = cookie;
    request.authorization = authorization;
    return freshness_of(request, anybody_writes).since.milliseconds;
}

const std::int64_t kLatest = db::Freshness{}.since.milliseconds;

TEST(Freshness, who_can_not_have_written_reads_from_any_copy) { EXPECT_EQ(since(""), 0); }

TEST(Freshness, who_may_have_written_and_does_not_say_when_reads_the_latest) {
    EXPECT_EQ(since("", "Bearer x"), kLatest);
    EXPECT_EQ(since("", "", true), kLatest);
}

TEST(Freshness, is_that_of_the_last_write) {
    for (const bool anybody_writes : {false, true}) {
        EXPECT_EQ(since("stoa-written=1700000000000", "Bearer x", anybody_writes), 1700000000000);
        EXPECT_EQ(since("a=b; stoa-written=17; c", "", anybody_writes), 17);
    }
}

TEST(Freshness, a_cookie_that_is_none_of_ours_says_nothing) {
    for (const char* cookies : {"stoa-written", "stoa-written=", "stoa-written=now",
                                "x=stoa-written=1", "stoa-written-x=1", ";;; ;", "   "}) {
        EXPECT_EQ(since(cookies, "Bearer x"), kLatest) << cookies;
        EXPECT_EQ(since(cookies), 0) << cookies;
    }
}

TEST(Freshness, the_cookie_comes_back_as_it_was_set) {
    const auto before = Timestamp::now().milliseconds;
    const auto [name, value] = written(201);
    EXPECT_EQ(name, "Set-Cookie");
    const auto told = since(value.substr(0, value.find(';')));
    EXPECT_GE(told, before);
    EXPECT_LE(told, Timestamp::now().milliseconds);
}

TEST(Freshness, a_write_of_which_nothing_is_known_may_go_on_for_a_while) {
    const std::string value = written(500).second;
    EXPECT_GT(since(value.substr(0, value.find(';'))), Timestamp::now().milliseconds + 5'000);
}

}  // namespace
}  // namespace stoa::http
