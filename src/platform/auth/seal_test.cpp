#include "platform/auth/seal.hpp"

#include <gtest/gtest.h>

namespace stoa {
namespace {

TEST(Seal, opens_what_it_closed) {
    const Seal seal = Seal::made();
    for (const std::string& text :
         {std::string(), std::string("a secret"), std::string(100'000, 'x')}) {
        EXPECT_EQ(seal.open(seal.close(text)), text);
    }
}

TEST(Seal, closes_the_same_text_differently_each_time) {
    const Seal seal = Seal::made();
    EXPECT_NE(seal.close("a secret"), seal.close("a secret"));
}

TEST(Seal, opens_nothing_else) {
    const Seal seal = Seal::made();
    std::string sealed = seal.close("a secret");
    EXPECT_FALSE(Seal::made().open(sealed)) << "another key";
    sealed[sealed.size() / 2] = sealed[sealed.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(seal.open(sealed)) << "tampered with";
    for (const char* nonsense : {"", "A", "!!!!", "AAAA"}) EXPECT_FALSE(seal.open(nonsense));
}

TEST(Seal, hashes_by_key_use_and_text) {
    const Seal seal = Seal::made();
    EXPECT_EQ(seal.hash("email", "ada@example.org"), seal.hash("email", "ada@example.org"));
    EXPECT_EQ(Seal(seal.key()).hash("email", "a"), seal.hash("email", "a"));
    EXPECT_NE(seal.hash("email", "a"), seal.hash("email", "b"));
    EXPECT_NE(seal.hash("email", "a"), seal.hash("emai", "la"));
    EXPECT_NE(seal.hash("email", "a"), Seal::made().hash("email", "a"));
}

}  // namespace
}  // namespace stoa
