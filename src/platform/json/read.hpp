#pragma once

#include "platform/fault.hpp"
#include "platform/json/described.hpp"
#include "platform/json/integer.hpp"
#include "platform/json/text.hpp"
#include "platform/json/timestamp.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// JSON to described types. Reading never stops at the first fault: all of them are told at once.
namespace stoa::json {

/// The document in `text`. Throws Problem::unreadable for what is not JSON, and for what JSON permits but
/// no honest client sends: a member given twice, a NUL, a lone surrogate, nesting deeper than 32.
boost::json::value parse(std::string_view text);

/// A bounded array, for bodies that carry many.
template <class T, std::size_t Max>
struct Batch {
    using value_type = T;
    static constexpr std::size_t max = Max;
    std::vector<T> items;
};

template <class T>
inline constexpr bool is_batch = false;
template <class T, std::size_t Max>
inline constexpr bool is_batch<Batch<T, Max>> = true;

/// Whether a member of this type may be left out of a body or query.
template <class T>
constexpr bool may_be_absent() {
    return described::is_optional<T> || requires { T::may_be_absent; };
}

/// The names of an enumeration, for a message: "`up` or `down`".
template <described::Enum E>
std::string choices() {
    std::string all;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
        all += (all.empty() ? "`" : " or `") + std::string(enumerator.name) + "`";
    });
    return all;
}

/// Sets `out` from a text (a query parameter, a path segment, a JSON string); or says why not.
template <class T>
std::optional<std::string> accept_text(std::string_view text, T& out) {
    if constexpr (described::is_optional<T>) {
        return accept_text(text, out.emplace());
    } else if constexpr (BoundedText<T>) {
        if (auto why = T::fault(text)) return why;
        out = T::accept(text);
    } else if constexpr (BoundedInteger<T>) {
        const auto number = parse_integer(text);
        if (!number) return "must be an integer";
        if (auto why = T::fault(*number)) return why;
        out = T{*number};
    } else if constexpr (described::Enum<T>) {
        const auto value = described::from_name<T>(text);
        if (!value) return "must be " + choices<T>();
        out = *value;
    } else if constexpr (std::same_as<T, Timestamp>) {
        const auto moment = Timestamp::parse(text);
        if (!moment) return "must be a time as in RFC 3339: 2026-11-23T20:52:54Z";
        out = *moment;
    } else {
        return T::accept(text, out);
    }
    return std::nullopt;
}

/// The integer a JSON number stands for, if it is one (1.0 is, 1.5 is not).
std::optional<std::int64_t> integral(const boost::json::value& value);

/// A member's name as a JSON pointer's token (RFC 6901), cut where it is absurdly long.
std::string pointer_token(std::string_view name);

template <class T>
void read(const boost::json::value& value, const std::string& pointer, T& out, Faults& faults);

/// Reads the members of an object: missing, unknown and bad ones are faults.
template <described::Struct T>
void read_struct(const boost::json::value& value, const std::string& pointer, T& out,
                 Faults& faults) {
    const auto* object = value.if_object();
    if (!object) {
        faults.push_back({Fault::In::body, pointer, "must be an object"});
        return;
    }
    std::size_t known = 0;
    described::for_each_member<T>([&](std::string_view name, auto member) {
        using Member = std::remove_reference_t<decltype(out.*member)>;
        const auto* given = object->if_contains(name);
        if (given) {
            ++known;
            read(*given, pointer + '/' + std::string(name), out.*member, faults);
        } else if (!may_be_absent<Member>()) {
            faults.push_back({Fault::In::body, pointer + '/' + std::string(name), "is missing"});
        }
    });
    if (known == object->size()) return;
    constexpr std::size_t max_told = 20;
    for (const auto& given : *object) {
        const std::string_view key = given.key();
        bool found = false;
        described::for_each_member<T>(
            [&](std::string_view name, auto) { found = found || name == key; });
        if (!found && faults.size() < max_told) {
            faults.push_back({Fault::In::body, pointer + '/' + pointer_token(key),
                              "is not a member of " + std::string(described::type_name<T>())});
        }
    }
}

template <class T>
void read(const boost::json::value& value, const std::string& pointer, T& out, Faults& faults) {
    const auto refuse = [&](std::string why) {
        faults.push_back({Fault::In::body, pointer, std::move(why)});
    };
    if constexpr (described::is_optional<T>) {
        if (!value.is_null()) read(value, pointer, out.emplace(), faults);
    } else if constexpr (is_batch<T>) {
        const auto* array = value.if_array();
        if (!array) return refuse("must be an array");
        if (array->size() > T::max)
            return refuse(fmt::format("must have at most {} items", T::max));
        out.items.resize(array->size());
        for (std::size_t i = 0; i < array->size(); ++i) {
            read((*array)[i], pointer + '/' + std::to_string(i), out.items[i], faults);
        }
    } else if constexpr (described::Struct<T>) {
        read_struct(value, pointer, out, faults);
    } else if constexpr (BoundedInteger<T>) {
        const auto number = integral(value);
        if (!number) return refuse("must be an integer");
        if (auto why = T::fault(*number)) return refuse(*why);
        out = T{*number};
    } else {
        const auto* text = value.if_string();
        if (!text) return refuse("must be a string");
        if (auto why = accept_text(std::string_view(*text), out)) refuse(*why);
    }
}

}  // namespace stoa::json
