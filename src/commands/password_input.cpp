#include "commands/password_input.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace stoa {

namespace {

/// Keeps a terminal from showing what is typed. Signals that would end the program wait meanwhile: the terminal must not be
/// left like that.
class NoEcho {
  public:
    NoEcho() {
        sigemptyset(&deadly_);
        for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP})
            sigaddset(&deadly_, signal);
        sigprocmask(SIG_BLOCK, &deadly_, &usual_);
        arrived_ = signalfd(-1, &deadly_, SFD_CLOEXEC);
        tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~NoEcho() {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        close(arrived_);
        sigprocmask(SIG_SETMASK, &usual_, nullptr);  // what has waited comes now
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

    /// Waits until a line is typed; false if a signal came first.
    bool wait() const {
        std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {arrived_, POLLIN, 0}}};
        while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
        }
        return watched[1].revents == 0;
    }

  private:
    termios before_{};
    sigset_t deadly_{};
    sigset_t usual_{};
    int arrived_ = -1;
};

std::string read_line() {
    std::string line;
    if (!std::getline(std::cin, line)) {
        throw std::runtime_error(
            "there is no password: type it, or give it as a line of standard input");
    }
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::string ask(const char* question) {
    fmt::print(stderr, "{}: ", question);
    std::fflush(stderr);
    std::string answer;
    {
        const NoEcho silent;
        if (silent.wait()) answer = read_line();
    }
    fmt::print(stderr, "\n");
    return answer;
}

}  // namespace

std::string read_new_password() {
    if (isatty(STDIN_FILENO) == 0) return read_line();
    std::string password = ask("Password");
    if (ask("The same again") != password) throw std::runtime_error("the two are not the same");
    return password;
}

}  // namespace stoa
