#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

/// What Boost.Describe knows of a type, in the words of this code base. A struct is described once
/// (BOOST_DESCRIBE_STRUCT); JSON in and out, its schema and its row in a table follow from that.
namespace stoa::described {

template <class T>
concept Struct = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

template <class T>
concept Enum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// A member that is left out of the JSON when it has no value (an optional one is `null` then).
template <class T>
struct Omittable {
    std::optional<T> value;
};

template <class T>
inline constexpr bool is_omittable = false;
template <class T>
inline constexpr bool is_omittable<Omittable<T>> = true;

template <Struct T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                         boost::describe::mod_inherited>;

template <Struct T>
inline constexpr std::size_t member_count = boost::mp11::mp_size<Members<T>>::value;

/// A member's name as it travels: a C++ keyword carries an underscore here that it loses there (`new_`).
constexpr std::string_view public_name(std::string_view name) {
    return name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
}

/// Calls `visit(name, pointer_to_member)` for each member, those of bases first.
template <Struct T, class Visit>
constexpr void for_each_member(Visit&& visit) {
    boost::mp11::mp_for_each<Members<T>>(
        [&](auto member) { visit(public_name(member.name), member.pointer); });
}

/// The name of a described enumerator.
template <Enum E>
constexpr std::string_view name_of(E value) {
    std::string_view name;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
        if (enumerator.value == value) name = enumerator.name;
    });
    return name;
}

template <Enum E>
constexpr std::optional<E> from_name(std::string_view name) {
    std::optional<E> found;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
        if (name == enumerator.name) found = enumerator.value;
    });
    return found;
}

/// A type's name without its namespaces: "NewPost" for stoa::posts::NewPost.
template <class T>
constexpr std::string_view type_name() {
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("T = ") + 4);
    name = name.substr(0, name.find_first_of(";]<"));
    const auto colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace stoa::described
