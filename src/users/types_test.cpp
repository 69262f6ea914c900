#include "users/types.hpp"

#include <gtest/gtest.h>

namespace stoa::users {
namespace {

TEST(Email, is_what_browsers_take_for_an_address) {
    for (const std::string_view good :
         {"ada@example.org", "a@b", "ADA.Love+lace@sub-domain.example.org", "a.b.@example.org",
          "!#$%&'*+/=?^_`{|}~-@example.org", "1@2.3", "a@xn--bcher-kva.example"}) {
        EXPECT_FALSE(Email::fault(good)) << good;
    }
}

TEST(Email, is_nothing_else) {
    for (const std::string_view bad : {"",
                                       "ada",
                                       "@example.org",
                                       "ada@",
                                       "a@@b",
                                       "a@b@c",
                                       "ada@example..org",
                                       "ada@.org",
                                       "ada@example.",
                                       "ada@-example.org",
                                       "ada@example-.org",
                                       "ada@exa_mple.org",
                                       "ada love@example.org",
                                       "ada@exam ple.org",
                                       " ada@example.org",
                                       "ada@example.org ",
                                       "ada@example.org\n",
                                       "ada@[192.0.2.1]",
                                       "\"ada\"@example.org",
                                       "ada,bob@example.org",
                                       "ada@example.org,bob@example.org",
                                       "adä@example.org",
                                       "ada@exämple.org",
                                       "Ada <ada@example.org>"}) {
        EXPECT_TRUE(Email::fault(bad)) << bad;
    }
}

TEST(Email, has_labels_of_at_most_63_characters) {
    EXPECT_FALSE(Email::fault("ada@" + std::string(63, 'x') + ".org"));
    EXPECT_TRUE(Email::fault("ada@" + std::string(64, 'x') + ".org"));
}

TEST(Email, has_at_most_254_characters) {
    const std::string domain = "@example.org";
    EXPECT_FALSE(Email::fault(std::string(254 - domain.size(), 'a') + domain));
    EXPECT_TRUE(Email::fault(std::string(255 - domain.size(), 'a') + domain));
}

TEST(KarmaDelta, changes_something) {
    EXPECT_TRUE(KarmaDelta::fault(0));
    EXPECT_FALSE(KarmaDelta::fault(-1'000));
    EXPECT_TRUE(KarmaDelta::fault(1'001));
}

}  // namespace
}  // namespace stoa::users
