#pragma once

#include "platform/auth/rights.hpp"
#include "platform/http/answer.hpp"
#include "platform/http/gate.hpp"
#include "platform/http/inputs.hpp"
#include "platform/http/message.hpp"
#include "platform/json/schema.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::http {

/// What can't be read off an operation's signature: its name, what it is for, and which rules it may break.
struct Words {
    std::string_view id;       ///< its name among all operations: "create_post"
    std::string_view summary;  ///< a few words
    const Right& right;        ///< who may
    std::string_view description = {};
    std::string_view not_found = {};       ///< when it answers 404
    std::string_view forbidden = {};       ///< when it answers 403
    std::string_view conflict = {};        ///< when it answers 409
    bool is_private = false;               ///< whether a GET's answer is for its caller alone
    std::optional<LimitClass> limit = {};  ///< with what it is counted; left out: reads or writes

    LimitClass limit_of(Method method) const {
        return limit.value_or(method == Method::get ? LimitClass::read : LimitClass::write);
    }
};

/// What the OpenAPI document tells of an operation.
struct OperationNotes {
    Method method;
    std::string_view tag;
    Words words;
    boost::json::array parameters = {};
    boost::json::object body = {};  ///< schema, if it takes one
    boost::json::value body_example = {};
    int status = 200;                 ///< when all is well
    boost::json::object answer = {};  ///< schema
    boost::json::value answer_example = {};
    bool takes_key = false;  ///< whether it takes an Idempotency-Key
};

/// One operation, described when a document is asked for.
struct Operation {
    std::string path;  ///< below kBase
    std::function<OperationNotes(json::Schemas&)> notes;
};

/// The OpenAPI object of one operation.
boost::json::object openapi_of(const OperationNotes& notes);

/// The names in a pattern's braces, in order.
std::vector<std::string> pattern_parameters(std::string_view pattern);

namespace detail {

boost::json::object parameter(std::string_view name, std::string_view in, bool required,
                              boost::json::object schema, boost::json::value example);

template <class T>
void note_query(OperationNotes& notes, json::Schemas& schemas) {
    described::for_each_member<T>([&](std::string_view name, auto member) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*member)>;
        boost::json::object schema = [&] {
            if constexpr (described::is_optional<Member>) {
                return json::schema<typename Member::value_type>(schemas);
            } else {
                return json::schema<Member>(schemas);
            }
        }();
        if constexpr (requires { Member::if_absent; }) schema["default"] = Member::if_absent;
        constexpr bool required = !json::may_be_absent<Member>() && !requires {
            Member::if_absent;
        };
        notes.parameters.push_back(parameter(name, "query", required, std::move(schema), {}));
    });
}

template <class A>
void note_input(OperationNotes& notes, json::Schemas& schemas, std::vector<std::string>& in_path) {
    using T = Taken<A>;
    if constexpr (std::is_same_v<T, NotAnInput>) {
        notes.takes_key = notes.method == Method::post || notes.method == Method::patch;
    } else if constexpr (is_path_value<T>) {
        notes.parameters.push_back(
            parameter(in_path.front(), "path", true, json::schema<T>(schemas), json::example<T>()));
        in_path.erase(in_path.begin());
    } else if constexpr (!is_of_the_caller<T>) {
        if constexpr (is_body<T>) {
            notes.body = json::schema<T>(schemas);
            notes.body_example = json::example<T>();
        } else {
            note_query<T>(notes, schemas);
        }
    }
}

template <class T>
void note_answer(OperationNotes& notes, json::Schemas& schemas, const T*) {
    notes.answer = json::schema<T>(schemas);
    notes.answer_example = json::example<T>();
}

template <class T>
void note_answer(OperationNotes& notes, json::Schemas& schemas, const Created<T>*) {
    note_answer(notes, schemas, static_cast<const T*>(nullptr));
    notes.status = 201;
}

template <class T>
void note_answer(OperationNotes& notes, json::Schemas& schemas, const Private<T>*) {
    note_answer(notes, schemas, static_cast<const T*>(nullptr));
}

template <class T>
void note_answer(OperationNotes& notes, json::Schemas& schemas, const Page<T>*) {
    const std::string name = std::string(described::type_name<T>()) + "List";
    schemas[name] = {{"type", "object"},
                     {"description", "A page of a list, and where the next one is."},
                     {"properties",
                      {{"items", {{"type", "array"}, {"items", json::schema<T>(schemas)}}},
                       {"next",
                        {{"type", {"string", "null"}},
                         {"description", "The URL of the next page; null at the list's end."}}}}},
                     {"required", {"items", "next"}},
                     {"additionalProperties", false}};
    notes.answer = json::reference(name);
    notes.answer_example = {{"items", {json::example<T>()}}, {"next", nullptr}};
}

}  // namespace detail

/// An operation's notes, read off its signature.
template <class R, class... A>
Operation describe(Method method, std::string_view path, std::string_view tag, const Words& words) {
    return {std::string(path), [=, path = std::string(path)](json::Schemas& schemas) {
                OperationNotes notes{.method = method, .tag = tag, .words = words};
                auto in_path = pattern_parameters(path);
                (detail::note_input<A>(notes, schemas, in_path), ...);
                detail::note_answer(notes, schemas, static_cast<const R*>(nullptr));
                return notes;
            }};
}

}  // namespace stoa::http
