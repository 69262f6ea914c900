#include "fuzz/fuzz.hpp"
#include "messages/types.hpp"
#include "platform/http/answer.hpp"
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

std::string spelled(const Cursor& cursor) { return cursor.str(); }
std::string spelled(const auto& value) {
    std::string text;
    if constexpr (requires { value.ids; }) {
        json::write(text, value.ids);
    } else {
        json::write(text, value);
    }
    return text;
}
template <class T>
std::string spelled(const std::optional<T>& value) {
    return value ? spelled(*value) : "-";
}

/// All that a query says, in a line, but where its page begins.
template <class T>
std::string described_without_cursor(const T& query) {
    std::string all;
    described::for_each_member<T>([&](std::string_view name, auto member) {
        if (name != "cursor") all += std::string(name) + '=' + spelled(query.*member) + ' ';
    });
    return all;
}

void check_bounds(const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (described::is_optional<T>) {
        if (value) check_bounds(*value);
    } else if constexpr (BoundedInteger<T>) {
        must(!T::fault(value.value()), "an integer is within its bounds");
    } else if constexpr (BoundedText<T>) {
        must(!T::fault(value.str()), "a text is within its bounds");
    } else if constexpr (requires { value.ids; }) {
        must(!value.ids.empty() && value.ids.size() <= 1'000, "a list of ids is within its bounds");
        for (const auto& id : value.ids) check_bounds(id);
    }
}

void check_refusal(const Problem& problem) {
    must(problem.status() == 400 || problem.status() == 422, "a refusal is a 400 or a 422");
    must((problem.status() == 422) == !problem.faults().empty(), "a 422 says what is wrong");
    json::parse(http::answer(problem, "/").body);
}

template <class T>
void check_query(std::string_view query) {
    http::Request request;
    request.path = "/api/v1/things";
    request.query = query;
    const http::PathValues none;
    const auto take = [](http::Inputs& inputs) {
        T value = inputs.take<T>();
        inputs.finish();
        return value;
    };
    std::string next;
    std::string told;
    try {
        http::Inputs inputs(request, none, Caller::anonymous(rights::anyone));
        const T value = take(inputs);
        described::for_each_member<T>([&](auto, auto member) { check_bounds(value.*member); });
        told = described_without_cursor(value);
        next = next_page(inputs, {7, -8});
    } catch (const Problem& problem) {
        return check_refusal(problem);
    }
    if constexpr (requires { T{}.cursor; }) {
        must(next.starts_with("/api/v1/things?"), "the next page has the same path");
        request.query = std::string_view(next).substr(next.find('?') + 1);
        http::Inputs inputs(request, none, Caller::anonymous(rights::anyone));
        if (told.find("ids=[") != std::string::npos) return;  // such a list has no pages
        const T again = take(inputs);
        must(described_without_cursor(again) == told, "the next page is one of the same list");
        must(again.cursor && again.cursor->major == 7 && again.cursor->minor == -8,
             "it begins where it was told to");
    }
}

void check_parameters(std::string_view query) {
    std::vector<http::Parameter> parameters;
    try {
        parameters = http::parse_query(query);
    } catch (const Problem& problem) {
        must(problem.status() == 400, "a query that can't be read is a 400");
        return;
    }
    must(parameters.size() <= 64, "the number of parameters has a limit");
    std::string again;
    for (const http::Parameter& given : parameters) {
        for (const std::string& text : {given.name, given.value}) {
            must(utf8::valid(text) && text.find('\0') == std::string::npos,
                 "a parameter is UTF-8 without a NUL");
            must(http::percent_decode(http::percent_encode(text)) == text,
                 "what is escaped comes back");
        }
        again += '&' + http::percent_encode(given.name) + '=' + http::percent_encode(given.value);
    }
    const auto same = [](const http::Parameter& a, const http::Parameter& b) {
        return a.name == b.name && a.value == b.value;
    };
    const auto reread = http::parse_query(again);
    must(std::equal(parameters.begin(), parameters.end(), reread.begin(), reread.end(), same),
         "parameters come back as they are written");
}

/// Which operation's query, and the query.
void run(std::string_view input) {
    constexpr std::array checks{check_query<posts::PostQuery>, check_query<votes::TopQuery>,
                                check_query<votes::SortQuery>, check_query<users::AccountQuery>,
                                check_query<messages::BoxQuery>};
    const auto check = checks.at(take_choice(input, checks.size()));
    check_parameters(input);
    check(input);
}

const Registered registered("query", run);

}  // namespace
}  // namespace stoa::fuzz
