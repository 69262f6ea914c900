#pragma once

#include "platform/standing_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>

namespace stoa::http {

/// How long what is ready waits for its turn in an event loop. Ready sockets stand in a list of the kernel's, and no
/// one tells since when; so, while there is always more to do, an event of our own is sent the same way, again and again.
class Backlog {
  public:
    explicit Backlog(boost::asio::io_context& context);

    /// To be called at the end of each turn of the loop, with how many events it handled; `all_done`: nothing more was ready.
    void turn_ended(std::size_t events, bool all_done);

    /// Whether that is too long, and not only for a moment. It is not where few wait, each for something long: to refuse some of them
    /// would help nobody.
    bool is_too_long() const { return queue_.stands(); }

  private:
    void send_probe();

    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> probe_;
    bool is_under_way_ = false;
    std::size_t events_ = 0;  ///< handled since it was sent
    StandingQueue::Clock::time_point sent_;
    StandingQueue queue_;
};

}  // namespace stoa::http
