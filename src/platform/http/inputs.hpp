#pragma once

#include "platform/auth/caller.hpp"
#include "platform/db/database.hpp"
#include "platform/http/message.hpp"
#include "platform/http/query_string.hpp"
#include "platform/http/router.hpp"
#include "platform/json/read.hpp"
#include "platform/problem.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace stoa::http {

class Write;

/// Stands for a parameter that is not taken from the request.
struct NotAnInput {};

template <class A>
inline constexpr bool is_input =
    !std::is_same_v<A, db::Transaction&> && !std::is_same_v<A, const Write&> &&
    !std::is_same_v<A, db::Reading&>;

/// What is taken from the request for an operation's parameter of type A.
template <class A>
using Taken = std::conditional_t<is_input<A>, std::remove_cvref_t<A>, NotAnInput>;

template <class T>
inline constexpr bool is_path_value = BoundedInteger<T> || BoundedText<T>;

/// What is known of the request without its path, query and body.
template <class T>
inline constexpr bool is_of_the_caller =
    std::is_same_v<T, Caller> || std::is_same_v<T, KnownCaller> || std::is_same_v<T, Trace> ||
    std::is_same_v<T, ClientNetwork>;

/// A described struct is a body if it says so (`static constexpr bool is_body = true`), else a query. A body may have a
/// `check(const Caller&, Faults&)` for what depends on who calls.
template <class T>
inline constexpr bool is_body = requires {
    T::is_body;
};

/// Turns what a request carries into an operation's parameters, one after the other, and gathers what is wrong
/// with it.
class Inputs {
  public:
    /// Throws Problem 400 if the URL can't be read.
    Inputs(const Request& request, const PathValues& values, Caller caller);

    /// Throws Problem: 404 for a path value without the shape of one, 415 or 400 for a body that can't be read.
    template <class T>
    T take();

    /// To be called when all is taken. Throws Problem 422 if there are faults, among them parameters of the query
    /// that nobody asked for.
    void finish();

    /// The name whose idempotency keys these are, in lower case: the caller's; where it is only believed, of who acts, or
    /// nobody's (empty). Nothing: it is not known who calls.
    const std::optional<std::string>& owner_of_keys() const { return owner_of_keys_; }
    const Request& request() const { return request_; }
    const std::vector<Parameter>& query() const { return query_; }

  private:
    template <class T>
    T path_value();
    template <class T>
    T query_struct();
    template <class T>
    T body_struct();
    template <class T>
    void resolve_actors(T& body);
    Caller believed_if_named(Caller caller);
    KnownCaller known_caller();
    boost::json::value body();
    Parameter* parameter(std::string_view name);

    const Request& request_;
    const PathValues& values_;
    std::size_t next_value_ = 0;
    std::vector<Parameter> query_;
    Faults faults_;
    Caller caller_;
    std::optional<std::string> owner_of_keys_;
};

template <class T>
T Inputs::take() {
    if constexpr (std::is_same_v<T, NotAnInput>) {
        return {};
    } else if constexpr (std::is_same_v<T, Caller>) {
        return caller_;
    } else if constexpr (std::is_same_v<T, KnownCaller>) {
        return known_caller();
    } else if constexpr (std::is_same_v<T, Trace>) {
        return {request_.request_id, request_.traceparent, std::string(request_.tracestate)};
    } else if constexpr (std::is_same_v<T, ClientNetwork>) {
        return request_.network;
    } else if constexpr (is_path_value<T>) {
        return path_value<T>();
    } else if constexpr (is_body<T>) {
        return body_struct<T>();
    } else {
        return query_struct<T>();
    }
}

template <class T>
T Inputs::path_value() {
    T value;
    if (json::accept_text(values_.at(next_value_++), value)) {
        throw Problem::not_found("There is nothing at this path.");
    }
    return value;
}

template <class T>
T Inputs::query_struct() {
    T out;
    described::for_each_member<T>([&](std::string_view name, auto member) {
        using Member = std::remove_cvref_t<decltype(out.*member)>;
        const Parameter* given = parameter(name);
        if (given) {
            if (auto why = json::accept_text(given->value, out.*member)) {
                faults_.push_back({Fault::In::query, std::string(name), *why});
            }
        } else if constexpr (requires { Member::if_absent; }) {
            out.*member = Member{Member::if_absent};
        } else if (!json::may_be_absent<Member>()) {
            faults_.push_back({Fault::In::query, std::string(name), "is missing"});
        }
    });
    if constexpr (requires { out.faults(); }) {
        for (Fault& fault : out.faults()) faults_.push_back(std::move(fault));
    }
    return out;
}

template <class T>
T Inputs::body_struct() {
    const boost::json::value document = body();
    T out;
    if (!document.is_object()) throw Problem::unreadable("The body must be a JSON object.");
    json::read(document, "", out, faults_);
    resolve_actors(out);
    if constexpr (requires { out.check(caller_, faults_); }) out.check(caller_, faults_);
    return out;
}

template <class T>
void Inputs::resolve_actors(T& body) {
    described::for_each_member<T>([&](std::string_view name, auto member) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(body.*member)>, Actor>) {
            caller_.resolve(body.*member, "/" + std::string(name), faults_);
            if (caller_.is_believed()) owner_of_keys_ = (body.*member).lower();
        }
    });
}

}  // namespace stoa::http
