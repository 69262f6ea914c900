#include "platform/http/router.hpp"

#include "platform/http/caching.hpp"
#include "platform/http/problem_answer.hpp"
#include "platform/http/query_string.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace stoa::http {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMoreHeaders = 4;  // that every answer gets here: of limits and of caching

/// Takes "/segment" off the front of a path.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

Response failure(const Request& request, const std::exception& error) {
    spdlog::error("request {}: {} {}: {}", request.request_id, name_of(request.method),
                  request.path, error.what());
    return answer(Problem::status(500,
                                  "Something went wrong here; it was logged under this "
                                  "request's X-Request-Id."),
                  request.path);
}

}  // namespace

void Router::add(Method method, std::string_view pattern, Handler handler, std::string_view service,
                 std::string_view operation) {
    Node* node = &root_;
    for (std::string_view rest = pattern; !rest.empty();) {
        const std::string_view segment = take_segment(rest);
        if (segment.starts_with('{')) {
            if (!node->parameter) node->parameter = std::make_unique<Node>();
            node = node->parameter.get();
            continue;
        }
        auto child = std::find_if(node->literals.begin(), node->literals.end(),
                                  [&](const auto& known) { return known.first == segment; });
        if (child == node->literals.end()) {
            child = node->literals.emplace(child, segment, std::make_unique<Node>());
        }
        node = child->second.get();
    }
    auto& route = node->routes.at(static_cast<std::size_t>(method));
    if (operation.empty()) operation = pattern;
    route = {std::move(handler),
             &metrics_.route(service, operation),
             {std::string(service), std::string(operation), std::string(pattern)}};
}

Task<Response> Router::handle(Request& request) const {
    const auto start = Clock::now();
    RouteMetrics* counted = &metrics_.unrouted();
    Response response;
    try {
        response = co_await find_and_run(request, counted);
    } catch (const Problem& problem) {
        response = answer(problem, request.path);
    } catch (const std::exception& error) {
        response = failure(request, error);
    }
    response.headers.reserve(response.headers.size() + kMoreHeaders);
    if (request.rate_limit) {
        response.headers.emplace_back("RateLimit-Policy", request.rate_limit->policy);
        response.headers.emplace_back("RateLimit", std::move(request.rate_limit->state));
    }
    apply_caching(request, response);
    counted->count(response.status, Clock::now() - start);
    co_return response;
}

Task<Response> Router::find_and_run(Request& request, RouteMetrics*& counted) const {
    PathValues values;
    const Node* node = nullptr;
    try {
        node = request.path == "*" ? &root_ : find(request.path, values);
    } catch (const Problem&) {  // a path that can't be read
        if (guard_) guard_(request);
        throw;
    }
    const Method method = request.method == Method::head ? Method::get : request.method;
    const Route* route = node ? &node->routes.at(static_cast<std::size_t>(method)) : nullptr;
    const bool exists = route && route->handler;
    if (exists) {
        counted = route->metrics;
        request.route = &route->name;
    }
    if (exists) co_return co_await route->handler(request, values);
    if (guard_) guard_(request);
    if (!node) throw Problem::not_found("There is nothing at this path.");
    Response response;
    if (method != Method::options) {
        response = answer(Problem::status(405, "This path does not take this method; see `Allow`."),
                          request.path);
    }
    response.headers.emplace_back("Allow", allowed(*node));
    co_return response;
}

const Router::Node* Router::find(std::string_view path, PathValues& values) const {
    const Node* node = &root_;
    std::string decoded;
    while (node && path.starts_with('/')) {
        std::string_view segment = take_segment(path);
        if (segment.find('%') != std::string_view::npos) {
            decoded = percent_decode(segment);
            segment = decoded;
        }
        const auto child = std::find_if(node->literals.begin(), node->literals.end(),
                                        [&](const auto& known) { return known.first == segment; });
        if (child != node->literals.end()) {
            node = child->second.get();
        } else if (node->parameter && !segment.empty()) {
            values.emplace_back(segment);
            node = node->parameter.get();
        } else {
            return nullptr;
        }
    }
    const bool is_route = node && path.empty() &&
                          std::any_of(node->routes.begin(), node->routes.end(),
                                      [](const Route& r) { return !!r.handler; });
    return is_route ? node : nullptr;
}

std::string Router::allowed(const Node& node) {
    std::string methods;
    for (std::size_t i = 0; i < node.routes.size(); ++i) {
        if (!node.routes.at(i).handler) continue;
        methods += std::string(name_of(static_cast<Method>(i))) + ", ";
        if (static_cast<Method>(i) == Method::get) methods += "HEAD, ";
    }
    return methods + "OPTIONS";
}

}  // namespace stoa::http
