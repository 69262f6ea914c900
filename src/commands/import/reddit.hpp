#pragma once

#include "commands/import/csv.hpp"
#include "posts/types.hpp"
#include "votes/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a post is in the public data set "Reddit Top 2.5 Million" (umbrae/reddit-top-2.5-million), and what it
/// becomes here. Authors and voters, whom the data set does not name, are made up: a pool of kMembers.
namespace stoa::reddit {

inline constexpr std::size_t kMembers = 100;

/// The name of a made-up member.
std::string member_name(std::size_t index);

/// How many votes of each kind a post gets. Real counts go into the thousands; here the score is
/// round(10 · log10(1 + score)), and a part of the voters, as large as in the file, votes the other way, each
/// with one more who does not.
struct Votes {
    int up = 0;
    int down = 0;
};
Votes scaled(std::int64_t ups, std::int64_t downs, std::int64_t score);

/// Undoes the escaping that the data set was scraped with: `&amp;`, `&lt;`, `&gt;`.
std::string without_entities(std::string_view text);

/// A URL with what must not stand in one (spaces, letters beyond ASCII, …) escaped.
std::string escaped_url(std::string_view url);

/// Why a record can't be read as a post; nothing if it can.
std::optional<std::string> fault_of(const CsvFile& record);

/// A record, which has no fault, as a post of `community`.
posts::ImportedPost post_of(const CsvFile& record, std::string_view community);

/// The post's score in the file.
std::int64_t score_of(const CsvFile& record);

/// The votes on a post, always the same for the same record.
std::vector<votes::ImportedVote> votes_of(const CsvFile& record, posts::PostId id);

}  // namespace stoa::reddit
