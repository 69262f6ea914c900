#pragma once

#include "platform/json/read.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <concepts>
#include <string>
#include <string_view>

/// Described types as JSON Schema (2020-12, the dialect of OpenAPI 3.1), with examples.
namespace stoa::json {

/// The schemas of structs, by name: what a document keeps in `components/schemas`.
using Schemas = boost::json::object;

boost::json::object text_schema(const TextBounds& bounds);
boost::json::object integer_schema(const IntegerBounds& bounds);
boost::json::object reference(std::string_view name);

template <class T>
boost::json::value example();

/// The schema of T; structs go to `schemas` and are referred to.
template <class T>
boost::json::object schema(Schemas& schemas);

template <described::Struct T>
boost::json::object struct_schema(Schemas& schemas) {
    boost::json::object properties;
    boost::json::array required;
    described::for_each_member<T>([&](std::string_view name, auto member) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*member)>;
        properties[name] = schema<Member>(schemas);
        // In an answer an optional member is there, and null; in a request it may be left out.
        constexpr bool always = described::is_optional<Member> && !requires { T::is_body; };
        if (always || !(may_be_absent<Member>() || described::is_omittable<Member>)) {
            required.emplace_back(name);
        }
    });
    boost::json::object object{{"type", "object"}};
    if constexpr (requires { T::about; }) object["description"] = T::about;
    object["properties"] = std::move(properties);
    if (!required.empty()) object["required"] = std::move(required);
    object["additionalProperties"] = false;
    return object;
}

template <class T>
boost::json::object schema(Schemas& schemas) {
    boost::json::object object;
    if constexpr (described::is_omittable<T>) {
        object = schema<std::remove_cvref_t<decltype(*T{}.value)>>(schemas);
    } else if constexpr (described::is_optional<T>) {
        object = schema<typename T::value_type>(schemas);
        if (auto* type = object.if_contains("type")) *type = {*type, "null"};
        if (auto* values = object.if_contains("enum")) values->as_array().push_back(nullptr);
    } else if constexpr (is_batch<T>) {
        object = {{"type", "array"},
                  {"items", schema<typename T::value_type>(schemas)},
                  {"maxItems", T::max}};
    } else if constexpr (described::is_vector<T>) {
        object = {{"type", "array"}, {"items", schema<typename T::value_type>(schemas)}};
    } else if constexpr (described::Struct<T>) {
        const auto name = described::type_name<T>();
        if (!schemas.contains(name)) schemas[name] = struct_schema<T>(schemas);
        return reference(name);
    } else if constexpr (BoundedText<T>) {
        object = text_schema(T::bounds);
    } else if constexpr (BoundedInteger<T>) {
        object = integer_schema(T::bounds);
    } else if constexpr (described::Enum<T>) {
        boost::json::array values;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
            [&](auto enumerator) { values.emplace_back(enumerator.name); });
        object = {{"type", "string"}, {"enum", std::move(values)}};
    } else if constexpr (std::same_as<T, Timestamp>) {
        object = {{"type", "string"}, {"format", "date-time"}};
    } else if constexpr (std::same_as<T, bool>) {
        object = {{"type", "boolean"}};
    } else if constexpr (std::integral<T>) {
        object = {{"type", "integer"}};
    } else if constexpr (requires { T::schema(); }) {
        object = T::schema();
    } else {
        object = {{"type", "string"}};
    }
    if constexpr (requires { T::about; }) object["description"] = T::about;
    return object;
}

/// A value that reads like a real one: from the examples that the types of the members give.
template <class T>
boost::json::value example() {
    if constexpr (described::is_omittable<T>) {
        return example<std::remove_cvref_t<decltype(*T{}.value)>>();
    } else if constexpr (described::is_optional<T>) {
        return example<typename T::value_type>();
    } else if constexpr (is_batch<T> || described::is_vector<T>) {
        return boost::json::array{example<typename T::value_type>()};
    } else if constexpr (described::Struct<T>) {
        boost::json::object object;
        described::for_each_member<T>([&](std::string_view name, auto member) {
            object[name] = example<std::remove_cvref_t<decltype(std::declval<T>().*member)>>();
        });
        return object;
    } else if constexpr (requires { T::example; }) {
        return boost::json::value(T::example);
    } else if constexpr (described::Enum<T>) {
        using First = boost::mp11::mp_front<boost::describe::describe_enumerators<T>>;
        return boost::json::value(First::name);
    } else if constexpr (std::same_as<T, Timestamp>) {
        return "2026-11-23T20:52:54.123Z";
    } else if constexpr (std::same_as<T, bool>) {
        return true;
    } else if constexpr (std::integral<T> || BoundedInteger<T>) {
        return 1;
    } else {
        return "text";
    }
}

}  // namespace stoa::json
