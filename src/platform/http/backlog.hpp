#pragma once

#include "platform/standing_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace stoa::http {

/// How long what is ready waits for its turn in an event loop. Ready sockets stand in a list of the kernel's, and no
/// one tells since when; so, while there is always more to do, an event of our own is sent the same way, again and again.
class Backlog {
  public:
    explicit Backlog(boost::asio::io_context& context);

    /// To be called at the end of each turn of the loop; `all_done`: nothing more was ready.
    void turn_ended(bool all_done);

    /// Whether that is too long, and not only for a moment.
    bool is_too_long() const { return queue_.stands(); }

  private:
    void send_probe();

    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> probe_;
    bool is_under_way_ = false;
    StandingQueue::Clock::time_point sent_;
    StandingQueue queue_;
};

}  // namespace stoa::http
