#include "commands/import/reddit.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>

namespace stoa::reddit {

namespace {

constexpr std::array<std::string_view, 10> kFirst{"amber", "brisk", "calm",   "dusty", "eager",
                                                  "fuzzy", "grand", "humble", "ivory", "jolly"};
constexpr std::array<std::string_view, 10> kSecond{"otter", "heron", "maple", "comet", "harbor",
                                                   "lynx",  "piper", "quill", "raven", "willow"};

constexpr double kLastTime = 253'402'300'799.999;  // of the year 9999, in seconds

std::int64_t number(std::string_view text) { return parse_integer(text).value_or(0); }

std::optional<double> real(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// A number that is always the same for the same record.
std::size_t member_of(const CsvFile& record) {
    const auto id = record.field("id");
    return static_cast<std::size_t>(XXH3_64bits(id.data(), id.size()) % kMembers);
}

}  // namespace

std::string member_name(std::size_t index) {
    return fmt::format("{}_{}", kFirst[index / kSecond.size()], kSecond[index % kSecond.size()]);
}

Votes scaled(std::int64_t ups, std::int64_t downs, std::int64_t score) {
    // Counts may be as large as a file has them.
    const auto up = static_cast<double>(ups);
    const auto down = static_cast<double>(downs);
    const auto magnitude =
        static_cast<int>(std::lround(10 * std::log10(1 + std::abs(static_cast<double>(score)))));
    const auto pairs =
        static_cast<int>(std::clamp(10 * std::min(up, down) / std::max(up + down, 1.0), 0.0, 5.0));
    return score >= 0 ? Votes{magnitude + pairs, pairs} : Votes{pairs, magnitude + pairs};
}

std::string without_entities(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 3> entities{
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}}};
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto entity = std::find_if(entities.begin(), entities.end(),
                                         [&](const auto& e) { return text.starts_with(e.first); });
        out += entity == entities.end() ? text[0] : entity->second;
        text.remove_prefix(entity == entities.end() ? 1 : entity->first.size());
    }
    return out;
}

std::string escaped_url(std::string_view url) {
    constexpr std::string_view forbidden = "\"<>\\^`{|}[] ";
    std::string out;
    for (const char c : url) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7F || forbidden.find(c) != std::string_view::npos) {
            out += fmt::format("%{:02X}", byte);
        } else {
            out += c;
        }
    }
    return out;
}

std::optional<std::string> fault_of(const CsvFile& record) {
    if (!record.is_whole()) return "the record has not as many fields as the header";
    if (record.field("id").empty()) return "id is missing";
    const auto time = real(record.field("created_utc"));
    if (!time || *time < 0 || *time > kLastTime) return "created_utc is not a time in seconds";
    for (const char* column : {"ups", "downs", "score"}) {
        if (!parse_integer(record.field(column)))
            return fmt::format("{} is not an integer", column);
    }
    return std::nullopt;
}

posts::ImportedPost post_of(const CsvFile& record, std::string_view community) {
    const bool is_link = record.field("is_self") != "True" && !record.field("url").empty();
    posts::ImportedPost post;
    post.source = posts::SourceId{fmt::format("reddit/{}", record.field("id"))};
    post.title = posts::Title{without_entities(record.field("title"))};
    post.text = posts::Body{without_entities(record.field("selftext"))};
    post.community = posts::CommunityName{community};
    if (is_link) post.url = posts::ResourceUrl{escaped_url(without_entities(record.field("url")))};
    post.username = Username{member_name(member_of(record))};
    const double seconds = real(record.field("created_utc")).value_or(0);
    post.created_at = Timestamp{std::llround(seconds * 1'000)};
    return post;
}

std::int64_t score_of(const CsvFile& record) { return number(record.field("score")); }

std::vector<votes::ImportedVote> votes_of(const CsvFile& record, posts::PostId id) {
    const Votes counts =
        scaled(number(record.field("ups")), number(record.field("downs")), score_of(record));
    const auto all =
        std::min<std::size_t>(static_cast<std::size_t>(counts.up + counts.down), kMembers);
    std::vector<votes::ImportedVote> votes(all);
    for (std::size_t i = 0; i < all; ++i) {
        votes[i].post_id = votes::PostId{id.value()};
        votes[i].direction =
            i < static_cast<std::size_t>(counts.up) ? votes::Direction::up : votes::Direction::down;
        votes[i].username = Username{member_name((member_of(record) + i) % kMembers)};
    }
    return votes;
}

}  // namespace stoa::reddit
