#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stoa {

/// What a text must be.
struct TextBounds {
    std::size_t min = 0;  ///< characters (Unicode code points)
    std::size_t max = 0;
    std::string_view charset = {};  ///< ASCII characters allowed, as within a pattern's brackets
    bool may_be_blank = true;
    bool lower_case = false;       ///< is kept in lower case
    std::string_view format = {};  ///< OpenAPI's name for its form, as "email"
};

/// Why `text` is outside of `bounds`, as a sentence; nothing if it is within.
std::optional<std::string> text_fault(const TextBounds& bounds, std::string_view text);

/// A text's form for comparison "without regard to case" (ASCII: all names here are).
std::string lower_case(std::string_view text);

/// The base of a text with a meaning and bounds of its own:
///
///     struct Title : Text<Title> {
///         static constexpr TextBounds bounds{.min = 1, .max = 300, .may_be_blank = false};
///         static constexpr std::string_view about = "The headline.", example = "Hello";
///         using Text::Text;
///     };
///
/// A type may add `static std::optional<std::string> rule(std::string_view)` for what bounds can't say.
template <class Self>
class Text {
  public:
    Text() = default;
    /// Takes a value that is known to be good (from the database, or checked with fault()).
    explicit Text(std::string value) : value_(std::move(value)) {}
    explicit Text(std::string_view value) : value_(value) {}
    explicit Text(const char* value) : value_(value) {}

    /// Why a value from outside would be refused, as a sentence; nothing if it is good.
    static std::optional<std::string> fault(std::string_view value) {
        if (auto why = text_fault(Self::bounds, value)) return why;
        if constexpr (requires { Self::rule(value); }) return Self::rule(value);
        return std::nullopt;
    }

    /// A value from outside that has no fault, in the form in which it is kept.
    static Self accept(std::string_view value) {
        return Self::bounds.lower_case ? Self{lower_case(value)} : Self{std::string(value)};
    }

    const std::string& str() const& { return value_; }
    std::string str() && { return std::move(value_); }
    std::string lower() const { return lower_case(value_); }
    bool empty() const { return value_.empty(); }

    friend bool operator==(const Text&, const Text&) = default;
    friend auto operator<=>(const Text&, const Text&) = default;

  private:
    std::string value_;
};

template <class T>
concept BoundedText = std::derived_from<T, Text<T>>;

}  // namespace stoa
