#include "commands/import/reddit.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <set>

namespace stoa::reddit {
namespace {

constexpr std::string_view kHeader = "created_utc,score,ups,downs,title,id,is_self,selftext,url\n";

/// A data set with this one record, read.
class Record {
  public:
    explicit Record(std::string_view line) {
        std::ofstream(path_) << kHeader << line << '\n';
        csv_.emplace(path_);
        if (!csv_->next()) ADD_FAILURE() << "no record in: " << line;
    }
    ~Record() { std::remove(path_.c_str()); }
    Record(const Record&) = delete;
    Record& operator=(const Record&) = delete;
    const CsvFile& csv() const { return *csv_; }

  private:
    std::string path_ = testing::TempDir() + "stoa_reddit_" + std::to_string(getpid());
    std::optional<CsvFile> csv_;
};

TEST(RedditVotes, grow_with_the_score) {
    int before = scaled(0, 5'000, -5'000).up - scaled(0, 5'000, -5'000).down;
    for (std::int64_t score = -4'999; score <= 5'000; ++score) {
        const Votes votes = scaled(std::max<std::int64_t>(score, 0), 0, score);
        EXPECT_GE(votes.up - votes.down, before) << score;
        before = votes.up - votes.down;
    }
}

TEST(RedditVotes, add_up_to_ten_times_the_logarithm_of_the_score) {
    for (const auto& [score, expected] :
         {std::pair{0, 0}, {1, 3}, {9, 10}, {99, 20}, {-9, -10}, {9'999, 40}}) {
        for (const int downs : {0, 10, 1'000}) {
            const Votes votes = scaled(score + downs, downs, score);
            EXPECT_EQ(votes.up - votes.down, expected) << score << " with " << downs;
        }
    }
}

TEST(RedditVotes, are_never_more_than_there_are_members_to_cast_them) {
    for (const std::int64_t score : {-2'000'000'000, 0, 2'000'000'000}) {
        const Votes votes = scaled(2'000'000'000, 2'000'000'000, score);
        EXPECT_GE(votes.up, 0);
        EXPECT_GE(votes.down, 0);
        EXPECT_LE(votes.up + votes.down, static_cast<int>(kMembers) + 10);
    }
}

TEST(RedditVotes, of_a_record_are_of_different_members_and_always_the_same) {
    const Record record("1376000000,99,150,51,Hello,1abc,True,,");
    const auto votes = votes_of(record.csv(), posts::PostId{7});
    const Votes counts = scaled(150, 51, 99);
    ASSERT_EQ(votes.size(), static_cast<std::size_t>(counts.up + counts.down));
    std::set<std::string> names;
    int up = 0;
    for (const auto& vote : votes) {
        EXPECT_EQ(vote.post_id.value(), 7);
        names.insert(vote.username.str());
        up += vote.direction == votes::Direction::up ? 1 : 0;
    }
    EXPECT_EQ(names.size(), votes.size());
    EXPECT_EQ(up, counts.up);
    const auto again = votes_of(record.csv(), posts::PostId{7});
    EXPECT_EQ(again.front().username, votes.front().username);
}

TEST(RedditMembers, have_names_of_their_own_that_are_taken) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < kMembers; ++i) {
        EXPECT_FALSE(Username::fault(member_name(i))) << member_name(i);
        names.insert(member_name(i));
    }
    EXPECT_EQ(names.size(), kMembers);
}

TEST(RedditText, loses_one_layer_of_entities) {
    EXPECT_EQ(without_entities("a &amp; b &lt;c&gt;"), "a & b <c>");
    EXPECT_EQ(without_entities("&amp;lt;"), "&lt;");
    EXPECT_EQ(without_entities("&amp;amp;"), "&amp;");
    EXPECT_EQ(without_entities("& &am &quot; é&"), "& &am &quot; é&");
    EXPECT_EQ(without_entities(""), "");
}

TEST(RedditUrl, is_escaped_where_it_is_no_url) {
    EXPECT_EQ(escaped_url("http://a.org/b?c=d&e%20f#g"), "http://a.org/b?c=d&e%20f#g");
    EXPECT_EQ(escaped_url("http://a.org/b c\"é|"), "http://a.org/b%20c%22%C3%A9%7C");
    EXPECT_FALSE(posts::ResourceUrl::fault(escaped_url("http://a.org/[x]{y}^`\\<z>\t\x7F€")));
}

TEST(RedditPost, is_made_of_a_record) {
    const Record record("1376000000.0,5,6,1,Q &amp; A,1abc,False,,http://a.org/?x=1&amp;y=2");
    const auto post = post_of(record.csv(), "books");
    EXPECT_EQ(post.source.str(), "reddit/1abc");
    EXPECT_EQ(post.title.str(), "Q & A");
    EXPECT_EQ(post.text.str(), "");
    EXPECT_EQ(post.community.str(), "books");
    ASSERT_TRUE(post.url);
    EXPECT_EQ(post.url->str(), "http://a.org/?x=1&y=2");
    EXPECT_EQ(post.created_at.str(), "2013-08-08T22:13:20.000Z");
    EXPECT_EQ(score_of(record.csv()), 5);
}

TEST(RedditPost, that_is_a_text_has_no_url) {
    const Record record(
        "1376000000,5,6,1,Hello,1abc,True,\"one\n&gt; two\",http://reddit.com/1abc");
    const auto post = post_of(record.csv(), "books");
    EXPECT_FALSE(post.url);
    EXPECT_EQ(post.text.str(), "one\n> two");
}

}  // namespace
}  // namespace stoa::reddit
