#pragma once

#include "platform/http/message.hpp"
#include "platform/json/write.hpp"
#include "platform/page.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace stoa::http {

class Inputs;

/// Where the API begins.
inline constexpr std::string_view kBase = "/api/v1";

/// Where the users service publishes its keys.
inline constexpr std::string_view kJwksPath = "/.well-known/jwks.json";

/// What tells operators how a process is.
inline constexpr std::string_view kAlivePath = "/healthz";
inline constexpr std::string_view kReadyPath = "/readyz";
inline constexpr std::string_view kMetricsPath = "/metrics";
inline constexpr std::array kProbePaths{kAlivePath, kReadyPath, kMetricsPath};

/// A new object: 201, with its place in `Location`.
template <class T>
struct Created {
    T object;
    std::string location;  ///< below kBase: "/posts/7"
};

template <class T>
Created<T> created(T object, std::string location) {
    return {std::move(object), std::move(location)};
}

/// An object that is public, or has something in it that is for this caller alone.
template <class T>
struct Private {
    T object;
    bool is_private = true;
};

/// The URL of the page of this list that starts at `next`.
std::string next_page(const Inputs& inputs, const Cursor& next);

template <class T>
Response render(const T& object, const Inputs*) {
    Response response;
    json::write(response.body, object);
    return response;
}

template <class T>
Response render(const Created<T>& created, const Inputs* inputs) {
    Response response = render(created.object, inputs);
    response.status = 201;
    response.headers.emplace_back("Location", std::string(kBase) + created.location);
    return response;
}

template <class T>
Response render(const Private<T>& answer, const Inputs* inputs) {
    Response response = render(answer.object, inputs);
    response.is_private = answer.is_private;
    return response;
}

template <class T>
Response render(const Page<T>& page, const Inputs* inputs) {
    Response response;
    response.body += R"({"items":)";
    json::write(response.body, page.items);
    response.body += R"(,"next":)";
    json::write(response.body,
                page.next ? std::optional(next_page(*inputs, *page.next)) : std::nullopt);
    response.body += '}';
    return response;
}

}  // namespace stoa::http
