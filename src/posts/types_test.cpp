#include "posts/types.hpp"

#include <gtest/gtest.h>

namespace stoa::posts {
namespace {

TEST(ResourceUrl, is_an_absolute_http_or_https_url) {
    for (const std::string_view good :
         {"http://example.org", "https://example.org/", "HTTPS://EXAMPLE.ORG/A?b=c&d#e",
          "http://example.org:8080/a%20b", "http://192.0.2.1/", "http://[2001:db8::1]:80/",
          "https://xn--bcher-kva.example/", "http://user@example.org/"}) {
        EXPECT_FALSE(ResourceUrl::fault(good)) << good;
    }
}

TEST(ResourceUrl, is_nothing_else) {
    for (const std::string_view bad : {"",
                                       "example.org",
                                       "//example.org/",
                                       "/posts/7",
                                       "http:",
                                       "http://",
                                       "http:///a",
                                       "http://:80/",
                                       "http:example.org",
                                       "javascript:alert(1)",
                                       "javascript://example.org/%0a",
                                       "data:text/html,x",
                                       "ftp://example.org/",
                                       "mailto:ada@example.org",
                                       " http://example.org",
                                       "http://example.org/ ",
                                       "http://exa mple.org/",
                                       "http://example.org/\n",
                                       "http://example.org/é",
                                       "http://example.org/%zz",
                                       "http://example.org:port/",
                                       "http://[::1/",
                                       "https ://example.org"}) {
        EXPECT_TRUE(ResourceUrl::fault(bad)) << bad;
    }
}

TEST(ResourceUrl, has_at_most_2048_characters) {
    const std::string start = "https://example.org/";
    EXPECT_FALSE(ResourceUrl::fault(start + std::string(2'048 - start.size(), 'a')));
    EXPECT_TRUE(ResourceUrl::fault(start + std::string(2'049 - start.size(), 'a')));
}

TEST(Title, is_not_blank) {
    EXPECT_TRUE(Title::fault(""));
    EXPECT_TRUE(Title::fault(" \u00A0"));
    EXPECT_FALSE(Title::fault("?"));
}

TEST(CommunityName, is_kept_in_lower_case) {
    EXPECT_EQ(CommunityName::accept("Books").str(), "books");
    EXPECT_TRUE(CommunityName::fault("b"));
    EXPECT_TRUE(CommunityName::fault("sci-fi"));
}

}  // namespace
}  // namespace stoa::posts
