#include "fuzz/fuzz.hpp"
#include "platform/page.hpp"

#include <cstring>

namespace stoa::fuzz {
namespace {

void run(std::string_view input) {
    Cursor cursor;
    if (!Cursor::accept(input, cursor)) {
        must(cursor.str() == input, "a cursor has one spelling");
    } else {
        must(cursor.major == 0 && cursor.minor == 0, "what is refused leaves nothing");
    }
    Cursor made;
    std::memcpy(&made.major, input.data(), std::min(input.size(), sizeof made.major));
    if (input.size() > sizeof made.major) {
        const auto rest = input.substr(sizeof made.major);
        std::memcpy(&made.minor, rest.data(), std::min(rest.size(), sizeof made.minor));
    }
    const std::string text = made.str();
    must(text.size() <= 64, "a cursor has at most 64 characters");
    Cursor again;
    must(!Cursor::accept(text, again), "every cursor that is given is taken");
    must(again.major == made.major && again.minor == made.minor, "it comes back as it was");
}

const Registered registered("cursor", run);

}  // namespace
}  // namespace stoa::fuzz
