#pragma once

#include "platform/http/message.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace stoa::http {

/// What was done for one request, as it is told to who gathers traces (OpenTelemetry's semantic conventions for HTTP servers).
struct Span {
    /// Of a request that was answered just now, after `time`.
    static Span of(const Request& request, const Response& response, std::chrono::nanoseconds time);

    std::string trace_id;
    std::string span_id;
    std::uint64_t parent = 0;  ///< 0: it begins here
    std::chrono::system_clock::time_point end;
    std::chrono::nanoseconds time{};
    std::string_view method;
    std::string path;
    RouteName route;  ///< empty: nothing is there
    int status = 0;
    std::string request_id;
};

/// Sends spans to a collector: OTLP over HTTP in JSON (opentelemetry.io/docs/specs/otlp), a batch a second or as soon as there are many, by
/// a thread of its own. A request is never held up: what has no room, or finds nobody who takes it, is dropped and counted.
class SpanExporter {
  public:
    struct Names {
        std::string service;
        std::string version;
        std::string instance;
    };

    /// `endpoint` is the collector's base, "http://127.0.0.1:4318", to which /v1/traces is added. Throws std::runtime_error, with what to do, if
    /// it is no such URL.
    SpanExporter(std::string_view endpoint, Names names);
    ~SpanExporter();  ///< sends what there is, if that can be done at once
    SpanExporter(const SpanExporter&) = delete;
    SpanExporter& operator=(const SpanExporter&) = delete;

    /// From any thread.
    void add(Span span);

    std::uint64_t sent() const { return sent_; }
    std::uint64_t dropped() const { return dropped_; }

  private:
    void run();
    void send(std::span<const Span> spans);

    const std::string base_;
    const std::string path_;
    const Names names_;
    std::atomic<std::uint64_t> sent_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
    bool is_failing_ = false;  ///< of the thread alone

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Span> waiting_;  ///< guarded by mutex_, as is stopping_
    bool stopping_ = false;
    std::thread thread_;
};

/// The body of an export request.
std::string to_otlp(std::span<const Span> spans, const SpanExporter::Names& names);

}  // namespace stoa::http
