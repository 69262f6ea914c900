#include "platform/http/trace.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace stoa::http {
namespace {

constexpr std::string_view kGood = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Request traced(std::string_view id, std::string_view traceparent) {
    Request request;
    request.request_id = id;
    request.traceparent = traceparent;
    take_over_or_make_trace(request);
    return request;
}

bool well_formed(const std::string& traceparent) {
    static const std::regex form("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    return std::regex_match(traceparent, form);
}

TEST(Trace, is_taken_over_if_it_is_well_formed) {
    const Request request = traced("my-id", kGood);
    EXPECT_EQ(request.request_id, "my-id");
    EXPECT_EQ(trace_id_of(request), kGood.substr(3, 32));
    EXPECT_TRUE(is_sampled(request));
    EXPECT_EQ(hex_of(request.parent_span), kGood.substr(36, 16));
}

TEST(Trace, has_a_span_of_its_own_for_each_request) {
    const Request one = traced("", kGood);
    const Request other = traced("", kGood);
    EXPECT_TRUE(well_formed(one.traceparent)) << one.traceparent;
    EXPECT_NE(span_id_of(one), kGood.substr(36, 16));
    EXPECT_NE(span_id_of(one), span_id_of(other));
}

TEST(Trace, is_sampled_as_the_caller_says_or_else_by_the_ratio) {
    const auto sampled = [](std::string_view traceparent, double ratio) {
        Request request;
        request.traceparent = traceparent;
        take_over_or_make_trace(request, ratio);
        return is_sampled(request);
    };
    const std::string not_sampled = std::string(kGood.substr(0, 53)) + "00";
    EXPECT_FALSE(sampled(not_sampled, 1));
    EXPECT_TRUE(sampled(kGood, 0));
    EXPECT_TRUE(sampled("", 1));
    EXPECT_FALSE(sampled("", 0));
    int count = 0;
    for (int i = 0; i < 10'000; ++i) count += sampled("", 0.1) ? 1 : 0;
    EXPECT_NEAR(count, 1'000, 300);
}

TEST(Trace, keeps_the_state_of_a_trace_with_it_alone) {
    Request request;
    request.traceparent = kGood;
    request.tracestate = "vendor=1";
    take_over_or_make_trace(request);
    EXPECT_EQ(request.tracestate, "vendor=1");
    request.traceparent = "nonsense";
    take_over_or_make_trace(request);
    EXPECT_EQ(request.tracestate, "");
}

TEST(Trace, is_made_where_there_is_none) {
    const Request request = traced("", "");
    EXPECT_TRUE(well_formed(request.traceparent)) << request.traceparent;
    EXPECT_EQ(request.request_id, request.traceparent.substr(3, 32));
}

TEST(Trace, gives_its_id_to_a_request_without_one) {
    EXPECT_EQ(traced("", kGood).request_id, "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(Trace, is_made_anew_where_it_is_not_well_formed) {
    for (const std::string bad : {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                                  "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
                                  "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                  "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                  "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                  "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
                                  "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                                  "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x"}) {
        const Request request = traced("my-id", bad);
        EXPECT_NE(request.traceparent, bad);
        EXPECT_TRUE(well_formed(request.traceparent)) << request.traceparent;
        EXPECT_EQ(request.request_id, "my-id");
    }
}

TEST(Trace, refuses_ids_that_would_spoil_a_log_or_a_header) {
    EXPECT_EQ(traced(std::string(128, 'x'), kGood).request_id, std::string(128, 'x'));
    for (const std::string& bad : {std::string(129, 'x'), std::string("a b"), std::string("a\nb"),
                                   std::string("a\x7F"), std::string("é")}) {
        EXPECT_EQ(traced(bad, kGood).request_id, "4bf92f3577b34da6a3ce929d0e0e4736") << bad;
    }
}

TEST(Trace, is_another_for_each_request) {
    std::set<std::string> ids;
    for (int i = 0; i < 1'000; ++i) ids.insert(traced("", "").request_id);
    EXPECT_EQ(ids.size(), 1'000U);
}

}  // namespace
}  // namespace stoa::http
