#pragma once

#include "platform/db/check.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace stoa {

/// Prints what comes out of checks, a line for each, and counts those that did not come out well.
class Findings {
  public:
    /// Runs checks of one service; what they throw is told and counted, too.
    void of(std::string_view service,
            const std::function<void(const db::CheckProgress&)>& run_checks);

    int unsound() const { return unsound_; }

  private:
    void ended(const db::Finding& finding);

    int unsound_ = 0;
};

}  // namespace stoa
