#pragma once

#include "platform/json/integer.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Lists: a page of at most `limit` items, and a keyset cursor to the next. A page costs the same however deep
/// it is, and what is new never shifts what a reader has not read yet
/// (Winand, "We need tool support for keyset pagination").
namespace stoa {

/// How many items a page may have.
struct Limit : Integer<Limit> {
    static constexpr IntegerBounds bounds{.min = 1, .max = 100};
    static constexpr std::int64_t if_absent = 25;
    static constexpr std::string_view about = "How many items at the most; 25 if left out.";
    static constexpr int example = 25;
    using Integer::Integer;
};

/// Where a page begins: after the item with this place in the list's order. Opaque to clients; it carries a
/// check so that a made-up one is refused rather than believed.
struct Cursor {
    static constexpr std::string_view about =
        "Where the page begins: taken from `next` of the page before, never made up.";

    std::int64_t major = 0;
    std::int64_t minor = 0;

    /// Before the first item of any list that is ordered downwards.
    static Cursor start();

    std::string str() const;
    static std::optional<std::string> accept(std::string_view text, Cursor& out);
    static boost::json::object schema();
};

/// A page of a list.
template <class T>
struct Page {
    std::vector<T> items;
    std::optional<Cursor> next;  ///< nothing at the list's end
};

/// The page in `rows`, which a query was asked for with a limit of one more than `limit`; `place(item)` is the
/// cursor of an item.
template <class T, class Place>
Page<T> page_of(std::vector<T> rows, Limit limit, Place place) {
    Page<T> page{std::move(rows), std::nullopt};
    const auto most = static_cast<std::size_t>(limit.value());
    if (page.items.size() > most) {
        page.items.resize(most);
        page.next = place(page.items.back());
    }
    return page;
}

/// Ids in a query parameter, separated by commas: at least one, at most Max.
template <class Id, std::size_t Max>
struct IdList {
    std::vector<Id> ids;

    static std::optional<std::string> accept(std::string_view text, IdList& out) {
        while (true) {
            const std::string_view one = text.substr(0, text.find(','));
            const auto number = parse_integer(one);
            if (!number || Id::fault(*number)) return "must be ids separated by commas: 3,1,2";
            if (out.ids.size() == Max) return fmt::format("must have at most {} ids", Max);
            out.ids.push_back(Id{*number});
            if (one.size() == text.size()) return std::nullopt;
            text.remove_prefix(one.size() + 1);
        }
    }
    static boost::json::object schema() {
        return {{"type", "array"},
                {"items", {{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxExactInteger}}},
                {"minItems", 1},
                {"maxItems", Max}};
    }
};

}  // namespace stoa
