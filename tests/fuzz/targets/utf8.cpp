#include "platform/json/utf8.hpp"

#include "fuzz/fuzz.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace stoa::fuzz {
namespace {

/// The characters of a text, by the table of RFC 3629, section 4, read off line by line; nothing if it is no UTF-8.
std::optional<std::vector<std::uint32_t>> decoded(std::string_view text) {
    struct Row {
        unsigned lead_from, lead_to, second_from, second_to, size, bits;
    };
    constexpr Row rows[] = {
        {0x00, 0x7F, 0, 0, 1, 0x7F},       {0xC2, 0xDF, 0x80, 0xBF, 2, 0x1F},
        {0xE0, 0xE0, 0xA0, 0xBF, 3, 0x0F}, {0xE1, 0xEC, 0x80, 0xBF, 3, 0x0F},
        {0xED, 0xED, 0x80, 0x9F, 3, 0x0F}, {0xEE, 0xEF, 0x80, 0xBF, 3, 0x0F},
        {0xF0, 0xF0, 0x90, 0xBF, 4, 0x07}, {0xF1, 0xF3, 0x80, 0xBF, 4, 0x07},
        {0xF4, 0xF4, 0x80, 0x8F, 4, 0x07},
    };
    std::vector<std::uint32_t> characters;
    const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t at = 0; at < text.size();) {
        const Row* row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& one) {
            return byte_at(at) >= one.lead_from && byte_at(at) <= one.lead_to;
        });
        if (row == std::end(rows) || at + row->size > text.size()) return std::nullopt;
        std::uint32_t character = byte_at(at) & row->bits;
        for (std::size_t i = 1; i < row->size; ++i) {
            const unsigned from = i == 1 ? row->second_from : 0x80;
            const unsigned to = i == 1 ? row->second_to : 0xBF;
            if (byte_at(at + i) < from || byte_at(at + i) > to) return std::nullopt;
            character = character * 64 + byte_at(at + i) % 64;
        }
        characters.push_back(character);
        at += row->size;
    }
    return characters;
}

bool is_white_space(std::uint32_t character) {
    constexpr std::uint32_t all[] = {0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x20,   0x85,
                                     0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                     0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028,
                                     0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF};
    return std::find(std::begin(all), std::end(all), character) != std::end(all);
}

void run(std::string_view input) {
    const auto characters = decoded(input);
    must(utf8::valid(input) == characters.has_value(), "valid is what RFC 3629 says");
    if (!characters) return;
    must(utf8::length(input) == characters->size(), "the length is the number of characters");
    must(utf8::blank(input) == std::all_of(characters->begin(), characters->end(), is_white_space),
         "blank is what has nothing but white space");
}

const Registered registered("utf8", run);

}  // namespace
}  // namespace stoa::fuzz
