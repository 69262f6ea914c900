#include "platform/json/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace stoa::utf8 {
namespace {

/// A number in UTF-8's pattern of `size` bytes, whether or not it should be written so.
std::string encoded(std::uint32_t character, std::size_t size) {
    if (size == 1) return {static_cast<char>(character)};
    std::string bytes(size, '\0');
    for (std::size_t i = size - 1; i > 0; --i, character >>= 6) {
        bytes[i] = static_cast<char>(0x80 | (character & 0x3F));
    }
    bytes[0] = static_cast<char>((0xF00U >> size) | character);
    return bytes;
}

std::size_t shortest(std::uint32_t character) {
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

bool surrogate(std::uint32_t character) { return character >= 0xD800 && character < 0xE000; }

TEST(Utf8, takes_every_character_in_its_shortest_form_and_no_surrogate) {
    for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
        ASSERT_EQ(valid(encoded(c, shortest(c))), !surrogate(c)) << std::hex << c;
    }
}

TEST(Utf8, refuses_overlong_forms) {
    for (std::uint32_t c = 0; c < 0x10000; ++c) {
        for (std::size_t size = shortest(c) + 1; size <= 4; ++size) {
            ASSERT_FALSE(valid(encoded(c, size))) << std::hex << c << " in " << size << " bytes";
        }
    }
}

TEST(Utf8, refuses_what_is_beyond_the_last_character) {
    EXPECT_TRUE(valid("\xF4\x8F\xBF\xBF"));
    EXPECT_FALSE(valid("\xF4\x90\x80\x80"));
    EXPECT_FALSE(valid("\xF5\x80\x80\x80"));
    EXPECT_FALSE(valid("\xF8\x88\x80\x80\x80"));
    EXPECT_FALSE(valid("\xFC\x84\x80\x80\x80\x80"));
    EXPECT_FALSE(valid("\xFE"));
    EXPECT_FALSE(valid("\xFF"));
}

TEST(Utf8, refuses_a_character_that_is_cut) {
    for (const std::uint32_t c : {0xE9U, 0x20ACU, 0x1F600U}) {
        const std::string whole = encoded(c, shortest(c));
        for (std::size_t size = 1; size < whole.size(); ++size) {
            const std::string cut = whole.substr(0, size);
            EXPECT_FALSE(valid(cut));
            EXPECT_FALSE(valid(cut + "a"));
            EXPECT_FALSE(valid(cut + whole));
            EXPECT_FALSE(valid("a" + cut));
        }
    }
}

TEST(Utf8, refuses_a_continuation_that_continues_nothing) {
    for (int byte = 0x80; byte < 0xC0; ++byte) {
        EXPECT_FALSE(valid(std::string(1, static_cast<char>(byte))));
        EXPECT_FALSE(valid("\xC3\xA9" + std::string(1, static_cast<char>(byte))));
    }
}

TEST(Utf8, takes_an_empty_text_and_one_with_a_nul) {
    EXPECT_TRUE(valid(""));
    EXPECT_TRUE(valid({"a\0b", 3}));
}

TEST(Utf8, counts_characters_not_bytes) {
    EXPECT_EQ(length(""), 0U);
    EXPECT_EQ(length("abc"), 3U);
    EXPECT_EQ(length("né€😀"), 4U);
}

TEST(Utf8, calls_a_text_of_nothing_but_white_space_blank) {
    EXPECT_TRUE(blank(""));
    EXPECT_TRUE(blank(" \t\r\n\v\f"));
    for (const std::uint32_t c : {0x85U, 0xA0U, 0x1680U, 0x2000U, 0x200AU, 0x2028U, 0x2029U,
                                  0x202FU, 0x205FU, 0x3000U, 0xFEFFU}) {
        EXPECT_TRUE(blank(" " + encoded(c, shortest(c)))) << std::hex << c;
    }
}

TEST(Utf8, does_not_call_anything_else_blank) {
    for (const std::uint32_t c : {0x00U, 0x08U, 0x0EU, 0x1FU, 0x21U, 0x84U, 0x86U, 0x9FU, 0xA1U,
                                  0x200BU, 0x2060U, 0x1F600U}) {
        EXPECT_FALSE(blank(" " + encoded(c, shortest(c)) + " ")) << std::hex << c;
    }
}

}  // namespace
}  // namespace stoa::utf8
