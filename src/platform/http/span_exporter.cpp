#include "platform/http/span_exporter.hpp"

#include "platform/http/client.hpp"
#include "platform/http/trace.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace stoa::http {

namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::size_t kMostWaiting = 8'192;
constexpr std::size_t kManyWait = 512;  // and so many are sent at once
constexpr std::size_t kLongestPath = 256;
constexpr auto kPause = 1s;
/// For a collector to take a connection, and then to answer: so an end waits twice that at most.
constexpr auto kPatience = 2s;

constexpr int kServerSpan = 2;
constexpr int kError = 2;

json::object attribute(std::string_view key, std::string_view value) {
    return {{"key", key}, {"value", {{"stringValue", value}}}};
}

/// 64-bit numbers are texts in OTLP's JSON, as in all of Protocol Buffers'.
std::string nanoseconds(std::chrono::system_clock::time_point time) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

json::object to_json(const Span& span) {
    const bool is_known = !span.route.operation.empty();
    json::array attributes{attribute("http.request.method", span.method),
                           attribute("url.path", span.path), attribute("url.scheme", "http"),
                           attribute("stoa.request_id", span.request_id)};
    attributes.push_back({{"key", "http.response.status_code"},
                          {"value", {{"intValue", std::to_string(span.status)}}}});
    if (is_known) {
        attributes.push_back(attribute("http.route", span.route.path));
        attributes.push_back(attribute("stoa.operation", span.route.operation));
        attributes.push_back(attribute("stoa.service", span.route.service));
    }
    json::object object{{"traceId", span.trace_id},
                        {"spanId", span.span_id},
                        {"name", is_known ? fmt::format("{} {}", span.method, span.route.path)
                                          : std::string(span.method)},
                        {"kind", kServerSpan},
                        {"startTimeUnixNano", nanoseconds(span.end - span.time)},
                        {"endTimeUnixNano", nanoseconds(span.end)},
                        {"attributes", std::move(attributes)}};
    if (span.parent != 0) object["parentSpanId"] = hex_of(span.parent);
    if (span.status >= 500) object["status"] = {{"code", kError}};
    return object;
}

/// Where the path of a URL begins.
std::size_t path_begin(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::size_t begin = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
    return std::min(begin, url.size());
}

std::string without_slash(std::string_view path) {
    return std::string(path.substr(0, path.find_last_not_of('/') + 1));
}

}  // namespace

Span Span::of(const Request& request, const Response& response, std::chrono::nanoseconds time) {
    return {.trace_id = std::string(trace_id_of(request)),
            .span_id = std::string(span_id_of(request)),
            .parent = request.parent_span,
            .end = std::chrono::system_clock::now(),
            .time = time,
            .method = name_of(request.method),
            .path = std::string(request.path.substr(0, kLongestPath)),
            .route = request.route ? *request.route : RouteName{},
            .status = response.status,
            .request_id = request.request_id};
}

std::string to_otlp(std::span<const Span> spans, const SpanExporter::Names& names) {
    json::array all;
    for (const Span& span : spans) all.push_back(to_json(span));
    json::array resource{attribute("service.name", names.service),
                         attribute("service.version", names.version),
                         attribute("service.instance.id", names.instance)};
    json::object scope{{"scope", {{"name", "stoa"}, {"version", names.version}}},
                       {"spans", std::move(all)}};
    json::object of_resource{{"resource", {{"attributes", std::move(resource)}}},
                             {"scopeSpans", json::array{std::move(scope)}}};
    return json::serialize(json::object{{"resourceSpans", json::array{std::move(of_resource)}}});
}

SpanExporter::SpanExporter(std::string_view endpoint, Names names)
    : base_(endpoint.substr(0, path_begin(endpoint))),
      path_(without_slash(endpoint.substr(path_begin(endpoint))) + "/v1/traces"),
      names_(std::move(names)) {
    const BlockingClient checked(base_, [] { return std::string(); });  // throws if it is no URL
    if (path_.find_first_of("?#") != std::string::npos) {
        throw std::runtime_error(
            fmt::format("'{}' has more than a path after its port: leave that out", endpoint));
    }
    thread_ = std::thread([this] { run(); });
}

SpanExporter::~SpanExporter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void SpanExporter::add(Span span) {
    bool are_many = false;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= kMostWaiting) {
            ++dropped_;
            return;
        }
        waiting_.push_back(std::move(span));
        are_many = waiting_.size() == kManyWait;
    }
    if (are_many) changed_.notify_one();
}

void SpanExporter::run() {
    while (true) {
        std::vector<Span> batch;
        bool is_last = false;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, kPause,
                              [this] { return stopping_ || waiting_.size() >= kManyWait; });
            batch.swap(waiting_);
            is_last = stopping_;
        }
        for (std::span<const Span> rest = batch; !rest.empty();) {
            const auto some = rest.first(std::min(rest.size(), kManyWait));
            rest = rest.subspan(some.size());
            // At the end one is tried, so that nobody waits for long.
            if (is_last && some.data() != batch.data()) break;
            send(some);
        }
        if (is_last) return;
    }
}

void SpanExporter::send(std::span<const Span> spans) {
    bool is_taken = false;
    try {
        // A connection for each batch: there is one a second.
        BlockingClient client(
            base_, [] { return std::string(); }, kPatience);
        const auto answer = client.ask("POST", path_, to_otlp(spans, names_));
        is_taken = answer && answer->status >= 200 && answer->status < 300;
    } catch (const std::exception& error) {
        spdlog::debug("spans could not be sent: {}", error.what());
    }
    (is_taken ? sent_ : dropped_) += spans.size();
    if (is_failing_ == is_taken) {
        if (is_taken) {
            spdlog::info("spans are taken again at {}{}", base_, path_);
        } else {
            spdlog::warn("spans are dropped: nobody takes them at {}{}", base_, path_);
        }
    }
    is_failing_ = !is_taken;
}

}  // namespace stoa::http
