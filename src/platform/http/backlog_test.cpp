#include "platform/http/backlog.hpp"

#include "platform/http/io_loop.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <deque>

namespace stoa::http {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void work_for(std::chrono::microseconds time) {
    const auto end = Clock::now() + time;
    while (Clock::now() < end) {
    }
}

/// Clients that have always something to ask, each of which takes the loop some time.
class BusyClients {
  public:
    BusyClients(IoLoop& loop, std::size_t count, std::chrono::microseconds work)
        : loop_(loop), work_(work), until_(Clock::now() + 500ms) {
        for (std::size_t i = 0; i < count; ++i) {
            ask(events_.emplace_back(loop.context().get_executor(), ::eventfd(1, EFD_NONBLOCK)));
        }
    }

    bool was_overloaded() const { return was_overloaded_; }

  private:
    using Event = asio::posix::basic_stream_descriptor<Executor>;

    void ask(Event& event) {
        event.async_wait(asio::posix::descriptor_base::wait_read,
                         [&](const boost::system::error_code&) {
                             was_overloaded_ |= loop_.is_overloaded();
                             work_for(work_);
                             if (!was_overloaded_ && Clock::now() < until_) ask(event);
                         });
    }

    IoLoop& loop_;
    std::chrono::microseconds work_;
    Clock::time_point until_;
    std::deque<Event> events_;
    bool was_overloaded_ = false;
};

TEST(Backlog, more_than_can_be_done_without_end_is_too_much) {
    IoLoop loop;
    const BusyClients clients(loop, 400, 100us);  // the last of them waits for 40 ms
    loop.run();
    EXPECT_TRUE(clients.was_overloaded());
    EXPECT_FALSE(loop.is_overloaded()) << "nothing is left to do";
}

TEST(Backlog, few_who_ask_for_something_long_are_not_too_many) {
    IoLoop loop;
    const BusyClients clients(loop, 100, 400us);
    loop.run();
    EXPECT_FALSE(clients.was_overloaded());
}

TEST(Backlog, a_busy_loop_that_answers_soon_is_not_overloaded) {
    IoLoop loop;
    const BusyClients clients(loop, 20, 100us);
    loop.run();
    EXPECT_FALSE(clients.was_overloaded());
}

}  // namespace
}  // namespace stoa::http
