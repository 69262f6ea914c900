#include "platform/json/write.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <ctime>
#include <limits>
#include <random>

/// All that the writer writes, read by a parser that is none of ours: it must give the very same values.
namespace stoa::json {
namespace {

using Json = nlohmann::json;
using Random = std::mt19937_64;

struct Count : Integer<Count> {
    static constexpr IntegerBounds bounds{};
    using Integer::Integer;
};

struct Name : Text<Name> {
    static constexpr TextBounds bounds{.max = 100};
    using Text::Text;
};

enum class Way { up, down };
BOOST_DESCRIBE_ENUM(Way, up, down)

struct Leaf {
    Name name;
    std::optional<Name> nick;
    described::Omittable<Count> count;
    std::optional<Way> way;
    bool new_ = false;
    Timestamp at;
};
BOOST_DESCRIBE_STRUCT(Leaf, (), (name, nick, count, way, new_, at))

struct Tree : Leaf {
    std::vector<Leaf> leaves;
    std::vector<std::vector<std::int64_t>> numbers;
    std::optional<std::vector<std::string>> words;
    described::Omittable<std::optional<Leaf>> last;
};
BOOST_DESCRIBE_STRUCT(Tree, (Leaf), (leaves, numbers, words, last))

template <class T>
std::string written(const T& value) {
    std::string out;
    write(out, value);
    return out;
}

void append_utf8(std::string& out, std::uint32_t character) {
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto add_rest = [&](int bits) { add(0x80 | (character >> bits & 0x3F)); };
    if (character < 0x80) {
        add(character);
    } else if (character < 0x800) {
        add(0xC0 | character >> 6);
        add_rest(0);
    } else if (character < 0x10000) {
        add(0xE0 | character >> 12);
        add_rest(6);
        add_rest(0);
    } else {
        add(0xF0 | character >> 18);
        add_rest(12);
        add_rest(6);
        add_rest(0);
    }
}

constexpr bool is_surrogate(std::uint32_t character) {
    return character >= 0xD800 && character < 0xE000;
}

/// A character of any kind: what must be escaped, ASCII, or of any length in UTF-8.
std::uint32_t any_character(Random& random) {
    constexpr std::array<std::uint32_t, 6> ends{0x20, 0x80, 0x80, 0x800, 0x10000, 0x110000};
    const auto kind = random() % 8;
    if (kind == 6) return '"';
    if (kind == 7) return '\\';
    const auto character = static_cast<std::uint32_t>(random() % ends.at(kind));
    return is_surrogate(character) ? 0xFFFD : character;
}

std::string any_text(Random& random) {
    std::string text;
    for (auto left = random() % 32; left > 0; --left) append_utf8(text, any_character(random));
    return text;
}

/// Any integer, those near the bounds and zero as often as others.
std::int64_t any_integer(Random& random) {
    const auto small = static_cast<std::int64_t>(random() % 3);
    switch (random() % 4) {
        case 0:
            return std::numeric_limits<std::int64_t>::min() + small;
        case 1:
            return std::numeric_limits<std::int64_t>::max() - small;
        case 2:
            return small - 1;
        default:
            return static_cast<std::int64_t>(random()) >> random() % 64;
    }
}

bool any(Random& random) { return random() % 2 == 0; }

Timestamp any_moment(Random& random) {
    constexpr std::int64_t first = -62'167'219'200'000;  // of the year 0
    constexpr std::int64_t last = 253'402'300'799'999;   // of the year 9999
    return {first + static_cast<std::int64_t>(random() % (last - first + 1))};
}

Leaf any_leaf(Random& random) {
    Leaf leaf;
    leaf.name = Name(any_text(random));
    if (any(random)) leaf.nick = Name(any_text(random));
    if (any(random)) leaf.count.value = Count{any_integer(random)};
    if (any(random)) leaf.way = any(random) ? Way::up : Way::down;
    leaf.new_ = any(random);
    leaf.at = any_moment(random);
    return leaf;
}

Tree any_tree(Random& random) {
    Tree tree;
    static_cast<Leaf&>(tree) = any_leaf(random);
    for (auto left = random() % 4; left > 0; --left) tree.leaves.push_back(any_leaf(random));
    for (auto left = random() % 4; left > 0; --left) {
        tree.numbers.emplace_back();
        for (auto more = random() % 4; more > 0; --more) {
            tree.numbers.back().push_back(any_integer(random));
        }
    }
    if (any(random)) tree.words = {any_text(random), any_text(random)};
    if (any(random)) tree.last.value = any(random) ? std::optional(any_leaf(random)) : std::nullopt;
    return tree;
}

/// What a moment's text must be, told by the C library.
std::string spelled(Timestamp moment) {
    const std::int64_t thousandths = (moment.milliseconds % 1'000 + 1'000) % 1'000;
    const std::time_t seconds = (moment.milliseconds - thousandths) / 1'000;
    std::tm date{};
    gmtime_r(&seconds, &date);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", date.tm_year + 1900,
                       date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
                       thousandths);
}

/// The values that the other parser must find.
Json expected(const Leaf& leaf) {
    Json json;
    json["name"] = leaf.name.str();
    json["nick"] = leaf.nick ? Json(leaf.nick->str()) : Json();
    if (leaf.count.value) json["count"] = leaf.count.value->value();
    json["way"] = leaf.way ? Json(*leaf.way == Way::up ? "up" : "down") : Json();
    json["new"] = leaf.new_;
    json["at"] = spelled(leaf.at);
    return json;
}

Json expected(const Tree& tree) {
    Json json = expected(static_cast<const Leaf&>(tree));
    json["leaves"] = Json::array();
    for (const Leaf& leaf : tree.leaves) json["leaves"].push_back(expected(leaf));
    json["numbers"] = tree.numbers;
    json["words"] = tree.words ? Json(*tree.words) : Json();
    if (tree.last.value) json["last"] = *tree.last.value ? expected(**tree.last.value) : Json();
    return json;
}

TEST(WriteDifferential, gives_every_character_there_is) {
    std::string text;
    for (std::uint32_t character = 0; character < 0x110000; ++character) {
        if (!is_surrogate(character)) append_utf8(text, character);
        const bool enough = character % 0x1000 == 0xFFF;
        if (!enough) continue;
        ASSERT_EQ(Json::parse(written(text)).get_ref<const std::string&>(), text)
            << "among the characters up to " << character;
        text.clear();
    }
}

TEST(WriteDifferential, gives_every_pair_of_ascii_characters) {
    for (std::uint32_t first = 0; first < 0x80; ++first) {
        for (std::uint32_t second = 0; second < 0x80; ++second) {
            std::string text;
            append_utf8(text, first);
            append_utf8(text, second);
            ASSERT_EQ(Json::parse(written(text)).get_ref<const std::string&>(), text)
                << first << ' ' << second;
        }
    }
}

TEST(WriteDifferential, gives_a_hundred_thousand_texts) {
    Random random(1);  // NOLINT: the same texts in every run
    for (int i = 0; i < 100'000; ++i) {
        const std::string text = any_text(random);
        const std::string json = written(text);
        ASSERT_EQ(Json::parse(json).get_ref<const std::string&>(), text) << json;
    }
}

TEST(WriteDifferential, gives_a_hundred_thousand_integers) {
    Random random(2);  // NOLINT: the same integers in every run
    for (int i = 0; i < 100'000; ++i) {
        const std::int64_t number = any_integer(random);
        const Json json = Json::parse(written(number));
        ASSERT_TRUE(json.is_number_integer()) << number;
        ASSERT_EQ(json.get<std::int64_t>(), number);
        ASSERT_EQ(Json::parse(written(Count{number})), json) << number;
    }
}

TEST(WriteDifferential, gives_structs_with_all_that_may_be_absent_there_or_not) {
    Random random(3);  // NOLINT: the same values in every run
    for (int i = 0; i < 10'000; ++i) {
        const Tree tree = any_tree(random);
        const std::string json = written(tree);
        ASSERT_EQ(Json::parse(json), expected(tree)) << json;
    }
}

}  // namespace
}  // namespace stoa::json
