#include "commands/password_input.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace stoa {

namespace {

/// Keeps a terminal from showing what is typed.
class NoEcho {
  public:
    NoEcho() {
        tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~NoEcho() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

  private:
    termios before_{};
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
        answer = read_line();
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
