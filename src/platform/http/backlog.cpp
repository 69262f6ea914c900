#include "platform/http/backlog.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

namespace stoa::http {

namespace {

constexpr std::size_t kFew = 256;

/// Always ready: each wait for it goes to the end of the list of what is.
int ready_event() {
    const int event = ::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return event;
}

}  // namespace

Backlog::Backlog(boost::asio::io_context& context)
    : probe_(context.get_executor(), ready_event()) {}

void Backlog::turn_ended(std::size_t events, bool all_done) {
    events_ += events;
    if (all_done) {
        queue_.note_none();
    } else if (!is_under_way_) {
        send_probe();
    } else if (events_ >= kFew) {
        const auto now = StandingQueue::Clock::now();
        // That it has not waited for long yet says nothing.
        if (now - sent_ >= StandingQueue::kTarget) queue_.note(now, now - sent_);
    }
}

void Backlog::send_probe() {
    sent_ = StandingQueue::Clock::now();
    events_ = 0;
    is_under_way_ = true;
    probe_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                      [this](const boost::system::error_code&) {
                          const auto now = StandingQueue::Clock::now();
                          is_under_way_ = false;
                          if (events_ >= kFew) {
                              queue_.note(now, now - sent_);
                          } else {
                              queue_.note_none();
                          }
                      });
}

}  // namespace stoa::http
