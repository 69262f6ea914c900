#include "platform/http/inputs.hpp"

#include "platform/http/answer.hpp"

#include <algorithm>

namespace stoa::http {

namespace {

/// Whether a Content-Type is JSON's: its parameters don't matter, JSON is UTF-8 anyway.
bool is_json(std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    return lower_case(type) == "application/json";
}

}  // namespace

Inputs::Inputs(const Request& request, const PathValues& values, Caller caller)
    : request_(request),
      values_(values),
      query_(parse_query(request.query)),
      caller_(believed_if_named(std::move(caller))) {
    if (caller_.user()) owner_of_keys_ = caller_.user()->lower();
    if (caller_.is_believed() && !owner_of_keys_) owner_of_keys_ = "";
}

/// Where nothing is proven, `?user=` says who calls.
Caller Inputs::believed_if_named(Caller caller) {
    const Parameter* given = caller.is_believed() ? parameter("user") : nullptr;
    if (!given) return caller;
    Username user;
    if (auto why = json::accept_text(given->value, user)) {
        faults_.push_back({Fault::In::query, "user", *why});
        return caller;
    }
    return Caller::believed(user);
}

KnownCaller Inputs::known_caller() {
    if (caller_.user()) return {*caller_.user()};
    if (!is_told(faults_, "user")) {
        faults_.push_back({Fault::In::query, "user", "is missing: it says who calls"});
    }
    return {};
}

boost::json::value Inputs::body() {
    if (!request_.content_type || !is_json(*request_.content_type)) {
        throw Problem::status(415, "The body must be JSON: `Content-Type: application/json`.");
    }
    if (!request_.content_encoding.empty() && request_.content_encoding != "identity") {
        throw Problem::status(415,
                              "A body with a `Content-Encoding` is not taken; send it as it is.");
    }
    return json::parse(request_.body);
}

Parameter* Inputs::parameter(std::string_view name) {
    const auto found = std::find_if(query_.begin(), query_.end(),
                                    [&](const Parameter& given) { return given.name == name; });
    if (found == query_.end()) return nullptr;
    found->used = true;
    return &*found;
}

void Inputs::finish() {
    for (auto given = query_.begin(); given != query_.end(); ++given) {
        const bool repeated = std::any_of(query_.begin(), given, [&](const Parameter& earlier) {
            return earlier.name == given->name;
        });
        if (repeated || !given->used) {
            faults_.push_back(
                {Fault::In::query, given->name,
                 repeated ? "is given more than once" : "is not a parameter of this"});
        }
    }
    if (!faults_.empty()) throw Problem::invalid(std::move(faults_));
}

std::string next_page(const Inputs& inputs, const Cursor& next) {
    std::string url(inputs.request().path);
    char before = '?';
    for (const Parameter& given : inputs.query()) {
        if (given.name == "cursor") continue;
        url += before + percent_encode(given.name) + '=' + percent_encode(given.value);
        before = '&';
    }
    return url + before + "cursor=" + next.str();
}

}  // namespace stoa::http
