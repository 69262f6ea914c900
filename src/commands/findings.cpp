#include "commands/findings.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

namespace stoa {

namespace {

std::string verdict(const db::Finding& finding) {
    if (finding.breaches == 0) return "yes";
    return fmt::format("no, {} {}{}", finding.breaches,
                       finding.breaches == 1 ? "breach" : "breaches",
                       finding.is_repaired ? ", repaired" : "");
}

}  // namespace

void Findings::of(std::string_view service,
                  const std::function<void(const db::CheckProgress&)>& run_checks) {
    const auto begun = [&](std::string_view says) {
        fmt::print("{:<9} {:<52}", service, says);
        std::fflush(stdout);  // on a large database the answer takes a while
    };
    try {
        run_checks({begun, [&](const db::Finding& finding) { ended(finding); }});
    } catch (const std::runtime_error& error) {
        fmt::print(stderr, "stoa: {}\n", error.what());
        ++unsound_;
    }
}

void Findings::ended(const db::Finding& finding) {
    fmt::print("{}\n", verdict(finding));
    for (const std::string& example : finding.examples) fmt::print("          {}\n", example);
    const std::size_t untold = finding.breaches - finding.examples.size();
    if (untold > 0) fmt::print("          and {} more\n", untold);
    if (!finding.is_sound()) ++unsound_;
}

}  // namespace stoa
