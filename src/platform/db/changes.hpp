#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// What has changed, told by writes, so that what was read before can be told again as long as it holds.
///
/// A topic stands for something that answers depend on and writes change: one post, all lists of a community. Each write
/// names the topics that it changes (Transaction::changes), each read those that it depends on (Reading::depends_on). A change is
/// counted when it is durable, and before anybody is told of it. A reading notes the counts before it looks; while they
/// are still the same, what it saw is what would be seen now:
///
///     write    commit ── version ── counts ── its answer
///     reading  counts ── version (a snapshot from before it is begun anew) ── rows
///
/// Had the rows been from before the commit, then so were the counts, and they differ by now.
namespace stoa::db {

struct Topic {
    std::uint64_t hash;
};
Topic topic(std::string_view kind, std::int64_t id = 0);
Topic topic(std::string_view kind, std::string_view name);

/// The counts of one database in one process. Topics share a bounded number of counts: one that changes may let another look
/// changed, never the other way round.
class Changes {
  public:
    std::uint64_t count(Topic topic) const { return place(topic).load(std::memory_order_acquire); }
    void note(Topic topic) { place(topic).fetch_add(1, std::memory_order_release); }

  private:
    static constexpr std::size_t kCounts = 16'384;
    using Counts = std::array<std::atomic<std::uint64_t>, kCounts>;

    const std::atomic<std::uint64_t>& place(Topic topic) const {
        return counts_[topic.hash % kCounts];
    }
    std::atomic<std::uint64_t>& place(Topic topic) { return counts_[topic.hash % kCounts]; }

    Counts counts_{};
};

/// What an answer depends on.
class Dependencies {
  public:
    explicit Dependencies(const Changes& changes) : changes_(&changes) {}

    /// To be called before that is looked at.
    void add(Topic topic) { marks_.push_back({topic, changes_->count(topic)}); }

    /// Whether all is still as it was. False if it is not known what it depends on.
    bool holds() const;

    std::size_t bytes() const { return marks_.size() * sizeof(Mark); }

  private:
    struct Mark {
        Topic topic;
        std::uint64_t count;
    };
    const Changes* changes_;
    std::vector<Mark> marks_;
};

}  // namespace stoa::db
