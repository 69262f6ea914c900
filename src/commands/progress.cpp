#include "commands/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace stoa {

using Clock = std::chrono::steady_clock;

Progress::Progress(std::string unit, std::size_t total)
    : unit_(std::move(unit)),
      total_(total),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      drawn_(start_) {}

Progress::~Progress() {
    if (is_terminal_) std::fputs("\r\x1b[K", stderr);
}

void Progress::advance(std::size_t count) {
    done_ += count;
    const auto now = Clock::now();
    if (!is_terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    draw();
}

void Progress::draw() const {
    constexpr std::size_t width = 30;
    const double part =
        static_cast<double>(done_) / static_cast<double>(std::max<std::size_t>(total_, 1));
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const double rate = static_cast<double>(done_) / seconds;
    const double left =
        static_cast<double>(total_ - std::min(done_, total_)) / std::max(rate, 1e-9);
    const auto full = std::min(width, static_cast<std::size_t>(part * width));
    fmt::print(stderr, "\r\x1b[K[{:#<{}}{:{}}] {:3.0f} %  {} of {} {}  {:.0f}/s  {:.0f} s left", "",
               full, "", width - full, part * 100, done_, total_, unit_, rate, left);
    std::fflush(stderr);
}

}  // namespace stoa
