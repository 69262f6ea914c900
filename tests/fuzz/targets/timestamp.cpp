#include "platform/json/timestamp.hpp"

#include "fuzz/fuzz.hpp"

#include <cstring>

namespace stoa::fuzz {
namespace {

constexpr std::int64_t kFirst = -62'167'219'200'000;  // 0000-01-01
constexpr std::int64_t kLast = 253'402'300'799'999;   // 9999-12-31T23:59:59.999

/// Whether a text looks as we write a moment (and so, if it is one, is the only way to write it).
bool is_as_written(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !digit : text[i] != form[i]) return false;
    }
    return text.substr(17, 2) != "60";  // a leap second is the next minute's first
}

void run(std::string_view input) {
    if (const auto moment = Timestamp::parse(input)) {
        must(moment->milliseconds >= kFirst && moment->milliseconds <= kLast,
             "years have four digits");
        const std::string written = moment->str();
        must(Timestamp::parse(written) == moment, "a moment comes back as it is written");
        must(is_as_written(written), "a moment is written in one form");
        must(!is_as_written(input) || written == input, "that form is kept");
    }
    std::int64_t number = 0;
    std::memcpy(&number, input.data(), std::min(input.size(), sizeof number));
    const Timestamp any{kFirst + (number & 0x7FFF'FFFF'FFFF'FFFF) % (kLast - kFirst + 1)};
    must(Timestamp::parse(any.str()) == any, "every moment comes back as it is written");
}

const Registered registered("timestamp", run);

}  // namespace
}  // namespace stoa::fuzz
