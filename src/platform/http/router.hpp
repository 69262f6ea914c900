#pragma once

#include "platform/http/message.hpp"
#include "platform/ops/metrics.hpp"
#include "platform/task.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoa::http {

/// The decoded values of a pattern's parameters, in their order.
using PathValues = std::vector<std::string>;

using Handler = std::function<Task<Response>(Request&, const PathValues&)>;

/// From method and path to the function that answers. Patterns are as "/posts/{id}"; a literal segment is
/// preferred to a parameter. It also answers what follows from its table: 404, 405 and OPTIONS with `Allow`,
/// and HEAD by the GET of the same path.
class Router {
  public:
    /// `metrics` counts what is answered, by route.
    explicit Router(ThreadMetrics& metrics) : metrics_(metrics) {}

    /// `guard` sees every request that no route answers; what it throws is answered.
    void set_guard(std::function<void(Request&)> guard) { guard_ = std::move(guard); }

    /// `service` and `operation` are what it is counted as; left out: as the pattern.
    void add(Method method, std::string_view pattern, Handler handler,
             std::string_view service = {}, std::string_view operation = {});

    /// Never throws: what goes wrong becomes an answer.
    Task<Response> handle(Request& request) const;

  private:
    struct Route {
        Handler handler;
        RouteMetrics* metrics = nullptr;
        RouteName name = {};
    };
    struct Node {
        std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
        std::unique_ptr<Node> parameter;
        std::array<Route, 8> routes;  ///< by Method
    };

    Task<Response> find_and_run(Request& request, RouteMetrics*& counted) const;
    const Node* find(std::string_view path, PathValues& values) const;
    static std::string allowed(const Node& node);

    ThreadMetrics& metrics_;
    std::function<void(Request&)> guard_;
    Node root_;
};

}  // namespace stoa::http
