#include "platform/standing_queue.hpp"

namespace stoa {

void StandingQueue::note(Clock::time_point now, Clock::duration wait) {
    if (wait < kTarget) return note_none();
    if (!late_since_) late_since_ = now;
    stands_ = now - *late_since_ >= kInterval || stood(now);
    if (stands_) remembered_until_ = now + kMemory;
}

void StandingQueue::note_none() {
    late_since_.reset();
    stands_ = false;
}

}  // namespace stoa
