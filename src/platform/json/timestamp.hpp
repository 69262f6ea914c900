#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {

/// A moment: milliseconds since 1970-01-01 UTC. Travels as RFC 3339, "2026-11-23T20:52:54.123Z".
struct Timestamp {
    std::int64_t milliseconds = 0;

    static Timestamp now();

    /// The moment that an RFC 3339 text names (any offset, any precision), or nothing.
    static std::optional<Timestamp> parse(std::string_view text);

    void append_to(std::string& out) const;
    std::string str() const;

    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

}  // namespace stoa
