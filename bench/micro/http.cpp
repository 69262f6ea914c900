// What a request meets on its way that is not the connection itself.
#include "platform/auth/base64url.hpp"
#include "platform/auth/token.hpp"
#include "platform/http/answer_cache.hpp"
#include "platform/http/request_parser.hpp"
#include "platform/http/router.hpp"
#include "platform/http/token_buckets.hpp"

#include <benchmark/benchmark.h>
#include <sodium.h>

namespace stoa::http {
namespace {

using namespace std::chrono_literals;

void parse_a_head(benchmark::State& state) {
    constexpr std::string_view head =
        "GET /api/v1/posts/7 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0 (X11; "
        "Linux x86_64)\r\n"
        "Accept: application/json\r\nAccept-Encoding: gzip, deflate\r\nConnection: "
        "keep-alive\r\n\r\n";
    const RequestLimits limits;
    RequestParser parser(limits);
    for (auto _ : state) {
        parser.reset();
        benchmark::DoNotOptimize(parser.feed(head));
    }
}
BENCHMARK(parse_a_head);

void find_a_route(benchmark::State& state) {
    Metrics metrics;
    Router router(metrics.add_thread());
    const Handler answer = [](Request&, const PathValues&) -> Task<Response> {
        co_return Response{};
    };
    for (const char* path :
         {"/api/v1/posts", "/api/v1/posts/{id}", "/api/v1/votes/top", "/api/v1/votes/{post_id}",
          "/api/v1/votes/{post_id}/voters/{username}", "/api/v1/users/{username}"}) {
        router.add(Method::get, path, answer);
    }
    for (auto _ : state) {
        Request request;
        request.method = Method::get;
        request.path = "/api/v1/votes/7/voters/ada";
        benchmark::DoNotOptimize(router.handle(request).run());
    }
}
BENCHMARK(find_a_route);

void tell_an_answer_again(benchmark::State& state) {
    db::Changes changes;
    AnswerCache cache(16 << 20);
    Request request;
    request.path = "/api/v1/posts";
    request.query = "community=books&limit=25";
    Response response;
    response.body.assign(4'000, 'x');
    for (int i = 0; i < 2; ++i) {
        db::Dependencies reading(changes);
        reading.add(db::topic("community", "books"));
        cache.keep(request, reading, response);
    }
    for (auto _ : state) {
        const Response again = *cache.find(request);
        benchmark::DoNotOptimize(again.body.data());
    }
}
BENCHMARK(tell_an_answer_again);

void count_a_request(benchmark::State& state) {
    TokenBuckets buckets({.per_second = 1e9, .burst = 1e9});
    for (auto _ : state) benchmark::DoNotOptimize(buckets.take("@ada").granted);
}
BENCHMARK(count_a_request);

SigningKey a_key() {
    SigningKey key;
    crypto_sign_keypair(key.public_key.bytes.data(), key.secret.data());
    key.public_key.id = "bench";
    return key;
}

void check_a_new_token(benchmark::State& state) {
    const SigningKey key = a_key();
    const auto token = sign_token({Username("ada"), Role::member, "s"}, key, unix_now(), 900s);
    for (auto _ : state) benchmark::DoNotOptimize(verified(token, key.public_key).expires_at);
}
BENCHMARK(check_a_new_token);

void check_a_known_token(benchmark::State& state) {
    const SigningKey key = a_key();
    KeyRing ring;
    ring.replace({key.public_key});
    TokenVerifier verifier(ring);
    const auto now = unix_now();
    const auto token = sign_token({Username("ada"), Role::member, "s"}, key, now, 900s);
    for (auto _ : state) benchmark::DoNotOptimize(&verifier.identify(token, now));
}
BENCHMARK(check_a_known_token);

}  // namespace
}  // namespace stoa::http
