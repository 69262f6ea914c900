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
/// acknowledged before the primary was asked.
class Replica {
  public:
    Replica(Loop& loop, Servers& servers, std::chrono::milliseconds patience)
        : link_(loop, servers, {patience}) {}

    Link& link() { return link_; }

    /// Whether it can be read from, has all that was acknowledged before `moment`, and is not far behind. Clocks of machines may differ by
    /// a second.
    bool has_seen(Timestamp moment) const;

    /// Finds out how far it is. Opens it, if it is not open.
    Task<> compare(Link& primary);

  private:
    using Clock = std::chrono::steady_clock;

    /// Where the primary's log ended at a moment.
    struct End {
        std::int64_t position = 0;
        Timestamp time{0};
        Clock::time_point as_of;  ///< the same moment
    };

    Link link_;
    std::deque<End> ends_;  ///< that the copy has not seen yet
    End seen_;              ///< the last that it has
};

}  // namespace stoa::db::postgres
