#pragma once

#include "platform/db/postgres/link.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/task.hpp"

#include <chrono>
#include <cstdint>
#include <deque>

namespace stoa::db::postgres {

/// A connection to a copy of the primary's data that is behind by a little, and how far it has seen at least.
///
/// Once a second the primary is asked where its log ends, then the copy how far it has come. When that is past an end it has all that was
/// acknowledged before the primary was asked; if it is this log that it has: one that went on alone after a failover is further than the
/// primary, which shows when that is asked again.
class Replica {
  public:
    Replica(Loop& loop, Servers& servers, const Link::Bounds& bounds)
        : servers_(servers), link_(loop, servers, bounds) {}

    Link& link() { return link_; }

    /// Whether it can be read from, has all that was acknowledged before `moment`, and is not far behind. Clocks of machines may differ by
    /// a second.
    bool has_seen(Timestamp moment) const;

    /// Finds out how far it is. Opens it, if it is not open.
    Task<> compare(Link& primary);

    using Clock = std::chrono::steady_clock;
    /// The last moment of which it is known to have seen all.
    Clock::time_point seen() const { return seen_.as_of; }

  private:
    /// Where the primary's log ended at a moment.
    struct End {
        std::int64_t position = 0;
        Timestamp time{0};
        Clock::time_point as_of;  ///< the same moment
    };

    void take_up(std::int64_t replayed);
    void forget();

    Servers& servers_;
    Link link_;
    std::deque<End> ends_;            ///< that the copy is not known to have seen
    End seen_;                        ///< the last that it has
    std::uint64_t connection_ = 0;    ///< that seen_ is about: Link::number()
    std::int64_t last_replayed_ = 0;  ///< on it, when it was asked before; 0: it was not
    int rounds_behind_ = 0;           ///< in which it was too far behind
};

}  // namespace stoa::db::postgres
