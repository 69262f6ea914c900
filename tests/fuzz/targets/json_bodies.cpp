#include "fuzz/fuzz.hpp"
#include "messages/types.hpp"
#include "platform/http/inputs.hpp"
#include "platform/http/problem_answer.hpp"
#include "platform/json/utf8.hpp"
#include "platform/json/write.hpp"
#include "posts/types.hpp"
#include "users/types.hpp"
#include "votes/types.hpp"

#include <array>

namespace stoa::fuzz {
namespace {

/// Nothing is taken that its type would refuse.
template <class T>
void check_bounds(const T& value) {
    if constexpr (described::is_optional<T>) {
        if (value) check_bounds(*value);
    } else if constexpr (json::is_batch<T>) {
        must(value.items.size() <= T::max, "an array is within its bounds");
        for (const auto& item : value.items) check_bounds(item);
    } else if constexpr (BoundedText<T>) {
        must(!T::fault(value.str()), "a text is within its bounds");
        must(utf8::valid(value.str()), "a text is UTF-8");
        must(value.str().find('\0') == std::string::npos, "a text has no NUL");
    } else if constexpr (BoundedInteger<T>) {
        must(!T::fault(value.value()), "an integer is within its bounds");
    } else if constexpr (described::Enum<T>) {
        must(!described::name_of(value).empty(), "a choice is one that there is");
    } else if constexpr (std::same_as<T, Timestamp>) {
        must(Timestamp::parse(value.str()) == value, "a moment can be written");
    } else {
        described::for_each_member<T>([&](auto, auto member) { check_bounds(value.*member); });
    }
}

/// A request as a client would write it.
template <class T>
std::string written(const T& body) {
    std::string out;
    described::for_each_member<T>([&](std::string_view name, auto member) {
        out += (out.empty() ? "{\"" : ",\"") + std::string(name) + "\":";
        if constexpr (requires { (body.*member).items; }) {
            json::write(out, (body.*member).items);
        } else {
            json::write(out, body.*member);
        }
    });
    return out + '}';
}

void check_refusal(const Problem& problem) {
    must(problem.status() == 400 || problem.status() == 403 || problem.status() == 422,
         "a refusal is a 400, 403 or 422");
    must((problem.status() == 422) == !problem.faults().empty(), "a 422 says what is wrong");
    for (const Fault& fault : problem.faults()) {
        must(fault.where.empty() || fault.where.starts_with('/'), "a fault has a JSON pointer");
        must(!fault.detail.empty(), "a fault says why");
    }
    json::parse(http::answer(problem, "/api/v1/things").body);
}

template <class T>
std::optional<T> read(std::string_view document, const Caller& caller) {
    const http::PathValues none;
    http::Request request;
    request.content_type = "application/json";
    request.body = document;
    try {
        http::Inputs inputs(request, none, caller);
        T body = inputs.take<T>();
        inputs.finish();
        return body;
    } catch (const Problem& problem) {
        check_refusal(problem);
        return std::nullopt;
    }
}

template <class T>
void check_body(std::string_view document, const Caller& caller) {
    const auto body = read<T>(document, caller);
    if (!body) return;
    check_bounds(*body);
    const std::string once = written(*body);
    const auto again = read<T>(once, caller);
    must(again.has_value(), "what was taken is taken again as it is written");
    must(written(*again) == once, "it comes back as it was");
}

/// Who calls, which body, and the body.
void run(std::string_view input) {
    constexpr std::array checks{
        check_body<posts::NewPost>,       check_body<posts::PostImport>,
        check_body<votes::NewVote>,       check_body<votes::VoteChange>,
        check_body<votes::VoteImport>,    check_body<users::NewUser>,
        check_body<users::NewEmail>,      check_body<users::PasswordChange>,
        check_body<users::KarmaChange>,   check_body<users::RoleChange>,
        check_body<users::Credentials>,   check_body<users::Renewal>,
        check_body<messages::NewMessage>,
    };
    static const std::array callers{
        Caller::believed(Username("ada")),
        Caller::believed(std::nullopt),
        Caller::proven({Username("ada"), Role::member, "s1"}, rights::actor),
        Caller::proven({Username("ada"), Role::admin, "s1"}, rights::actor),
    };
    const Caller& caller = callers.at(take_choice(input, callers.size()));
    const auto check = checks.at(take_choice(input, checks.size()));
    check(input, caller);
}

const Registered registered("json_bodies", run);

}  // namespace
}  // namespace stoa::fuzz
