#pragma once

#include "platform/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <system_error>
#include <utility>

namespace stoa::http {

/// What a descriptor that somebody else opens and closes stands for. By a descriptor of its own: the other may be closed at any time (libpq does when a
/// connection is lost), and its number be another's before the watch ends. Outlives its watch while a handler runs or waits.
class WatchedDescriptor : public std::enable_shared_from_this<WatchedDescriptor> {
  public:
    WatchedDescriptor(boost::asio::io_context& context, int number, std::function<void()> on_ready)
        : descriptor_(context.get_executor()), on_ready_(std::move(on_ready)) {
        const int own = fcntl(number, F_DUPFD_CLOEXEC, 0);
        if (own < 0) throw std::system_error(errno, std::generic_category(), "can't watch it");
        boost::system::error_code error;
        descriptor_.assign(own, error);
        if (!error) return;
        ::close(own);
        throw std::system_error(error.value(), std::generic_category(), "can't watch it");
    }

    void wait_to_read() {
        descriptor_.async_wait(Descriptor::wait_read,
                               [self = shared_from_this()](boost::system::error_code error) {
                                   if (error || self->has_ended()) return;
                                   self->on_ready_();
                                   if (!self->has_ended()) self->wait_to_read();
                               });
    }

    void wait_to_write() {
        if (has_ended() || std::exchange(waits_to_write_, true)) return;
        descriptor_.async_wait(Descriptor::wait_write,
                               [self = shared_from_this()](boost::system::error_code error) {
                                   self->waits_to_write_ = false;
                                   if (!error && !self->has_ended()) self->on_ready_();
                               });
    }

    // Not descriptor_.close(), which trusts that nothing else keeps the socket open: the loop would be told of it again.
    void end() {
        if (!has_ended()) ::close(descriptor_.release());
    }

  private:
    using Descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    bool has_ended() const { return !descriptor_.is_open(); }

    Descriptor descriptor_;
    std::function<void()> on_ready_;
    bool waits_to_write_ = false;
};

class IoWatch final : public Watch {
  public:
    IoWatch(boost::asio::io_context& context, int descriptor, std::function<void()> on_ready)
        : watched_(std::make_shared<WatchedDescriptor>(context, descriptor, std::move(on_ready))) {
        watched_->wait_to_read();
    }
    ~IoWatch() override { watched_->end(); }
    IoWatch(const IoWatch&) = delete;
    IoWatch& operator=(const IoWatch&) = delete;

    void want_write() override { watched_->wait_to_write(); }

    const std::shared_ptr<WatchedDescriptor>& watched() const { return watched_; }

  private:
    std::shared_ptr<WatchedDescriptor> watched_;
};

}  // namespace stoa::http
