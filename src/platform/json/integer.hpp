#pragma once

#include <fmt/format.h>

#include <charconv>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {

/// Integers in JSON are exact up to here in every client (RFC 8259, section 6).
inline constexpr std::int64_t kMaxExactInteger = (std::int64_t{1} << 53) - 1;

struct IntegerBounds {
    std::int64_t min = 0;
    std::int64_t max = kMaxExactInteger;
    bool may_be_zero = true;
};

/// The base of an integer with a meaning and bounds of its own; see Text.
template <class Self>
class Integer {
  public:
    Integer() = default;
    explicit constexpr Integer(std::int64_t value) : value_(value) {}

    /// Why a value from outside would be refused, as a sentence; nothing if it is good.
    static std::optional<std::string> fault(std::int64_t value) {
        constexpr IntegerBounds bounds = Self::bounds;
        if (value < bounds.min || value > bounds.max) {
            return fmt::format("must be from {} to {}", bounds.min, bounds.max);
        }
        if (!bounds.may_be_zero && value == 0) return "must not be zero";
        return std::nullopt;
    }

    constexpr std::int64_t value() const { return value_; }

    friend bool operator==(const Integer&, const Integer&) = default;
    friend auto operator<=>(const Integer&, const Integer&) = default;

  private:
    std::int64_t value_ = 0;
};

template <class T>
concept BoundedInteger = std::derived_from<T, Integer<T>>;

/// The integer that `text` spells in full (decimal, no sign but a minus, no leading zero), or nothing.
inline std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    const bool leading_zero = text[0] == '0' ? text.size() > 1 : text.starts_with("-0");
    return leading_zero ? std::nullopt : std::optional(value);
}

}  // namespace stoa
