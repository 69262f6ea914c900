#pragma once

#include <chrono>
#include <optional>

namespace stoa {

/// Tells a standing queue from a burst, by how long what comes out of it has waited (CoDel, RFC 8289, whose terms these
/// are). A burst is worked off; a queue that stands makes everyone wait and gives nobody more, so somebody must be refused.
class StandingQueue {
  public:
    using Clock = std::chrono::steady_clock;

    /// At `now`, something has waited for so long.
    void note(Clock::time_point now, Clock::duration wait);

    /// Nothing waits.
    void note_none();

    /// Whether it stands now.
    bool stands() const { return stands_; }

    /// Whether it does or has done so lately.
    bool stood(Clock::time_point now) const { return now < remembered_until_; }

    static constexpr std::chrono::milliseconds kTarget{10};     ///< a wait that is no harm
    static constexpr std::chrono::milliseconds kInterval{100};  ///< that a burst may take
    /// After a standing queue the next long wait is taken for one at once.
    static constexpr std::chrono::milliseconds kMemory{1'000};

  private:
    std::optional<Clock::time_point> late_since_;
    Clock::time_point remembered_until_;
    bool stands_ = false;
};

}  // namespace stoa
