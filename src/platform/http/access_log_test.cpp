#include "platform/http/access_log.hpp"

#include <gtest/gtest.h>

namespace stoa::http {
namespace {

std::string logged(std::string_view query) {
    std::string out;
    append_without_secrets(out, query);
    return out;
}

TEST(AccessLog, has_queries_as_they_are) {
    for (const auto* query : {"limit=5", "a=1&b=2&&c", "x", "=", "post_ids=1,2&order=top"}) {
        EXPECT_EQ(logged(query), query);
    }
}

TEST(AccessLog, has_the_names_alone_of_what_may_be_secrets) {
    EXPECT_EQ(logged("access_token=abc&limit=5"), "access_token=…&limit=5");
    EXPECT_EQ(logged("Password=x&api-key=y&a=token"), "Password=…&api-key=…&a=token");
    EXPECT_EQ(logged("limit=5&refresh_token=abc"), "limit=5&refresh_token=…");
}

}  // namespace
}  // namespace stoa::http
