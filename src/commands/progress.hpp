#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace stoa {

/// A bar on standard error, drawn over itself; nothing if that is not a terminal.
class Progress {
  public:
    Progress(std::string unit, std::size_t total);
    ~Progress();  ///< wipes the bar
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void advance(std::size_t count);

  private:
    void draw() const;

    std::string unit_;
    std::size_t total_;
    std::size_t done_ = 0;
    bool is_terminal_;
    std::chrono::steady_clock::time_point start_;
    std::chrono::steady_clock::time_point drawn_;
};

}  // namespace stoa
