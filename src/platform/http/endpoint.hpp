#pragma once

#include "platform/auth/caller.hpp"
#include "platform/db/database.hpp"
#include "platform/http/answer.hpp"
#include "platform/http/answer_cache.hpp"
#include "platform/http/caching.hpp"
#include "platform/http/gate.hpp"
#include "platform/http/idempotency.hpp"
#include "platform/http/inputs.hpp"
#include "platform/http/operation.hpp"
#include "platform/http/router.hpp"
#include "platform/http/written.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace stoa::http {

/// The one durable write of an operation that has slow work to do before it, and so can't run wholly inside a
/// transaction: `co_await write(work)` with `work(db::Transaction&) -> Task<…>`, held by reference. What it gives is the operation's
/// answer, remembered under the request's idempotency key.
class Write {
  public:
    Write(db::Session& session, const IdempotencyKey* key) : session_(session), key_(key) {}

    template <class Work>
    auto operator()(const Work& work) const -> decltype(work(std::declval<db::Transaction&>())) {
        const auto* key = key_;
        const auto once_under_key = [&, key](db::Transaction& tx) { return once(tx, key, work); };
        const auto repeatable = key ? db::Repeatable::yes : db::Repeatable::no;
        co_return co_await session_.write(once_under_key, repeatable);
    }

    /// Ends the operation here, with the answer that is kept, if this was done before under the same key. Where it is not
    /// called, the write itself does so.
    Task<> stop_if_done() const {
        if (key_) co_await replay_if_known(session_, *key_);
    }

  private:
    template <class Work>
    static auto once(db::Transaction& tx, const IdempotencyKey* key, const Work& work)
        -> decltype(work(tx)) {
        if (key) co_await hold(tx, *key);
        if (key) co_await replay_if_known(tx, *key);
        auto result = co_await work(tx);
        if (key) co_await remember(tx, *key, render(result, nullptr));
        co_return result;
    }

    db::Session& session_;
    const IdempotencyKey* key_;
};

/// What the endpoints of one service stand on, on one I/O thread.
struct Foundation {
    Router& router;
    Gate& gate;
    db::Session& session;
    KeysInFlight& keys;
    AnswerCache& cache;
    const Seal* seal = nullptr;  ///< for a service whose requests and answers are secret
};

/// The routes of one service. An operation is a member function on described types; what it needs is read off
/// its parameters, in any order and number:
///
///     PostId, Username, …   the values in the path, in their order there
///     a described struct    the body if it has `is_body`, else the query
///     Caller, KnownCaller   who calls
///     Trace                 what is passed on to other services
///     ClientNetwork         where the client is
///     db::Transaction&      it runs inside a transaction, and is durable before it is answered
///     db::Reading&          it only reads, its answer is public, and is told again while nothing has changed that it says it depends on
///     const Write&          it writes once, after work that must not hold up the others' writes
///
/// and what it answers off its result: `Task<Post>` (200), `Task<Created<Post>>` (201 with `Location`),
/// `Task<Page<Post>>` (200, a list), `Task<Private<User>>`. The OpenAPI document comes from the same signature.
template <class Service>
class Routes {
  public:
    /// Serves the operations with `service`.
    Routes(Service& service, const Foundation& foundation)
        : service_(&service), foundation_(&foundation) {}

    /// Only describes them.
    explicit Routes(std::vector<Operation>& operations) : operations_(&operations) {}

    template <class Op>
    void get(std::string_view path, const Words& words, Op op) {
        add(Method::get, path, words, op);
    }
    template <class Op>
    void post(std::string_view path, const Words& words, Op op) {
        add(Method::post, path, words, op);
    }
    template <class Op>
    void put(std::string_view path, const Words& words, Op op) {
        add(Method::put, path, words, op);
    }
    template <class Op>
    void patch(std::string_view path, const Words& words, Op op) {
        add(Method::patch, path, words, op);
    }
    template <class Op>
    void delete_(std::string_view path, const Words& words, Op op) {
        add(Method::delete_, path, words, op);
    }

  private:
    template <class R, class... A>
    void add(Method method, std::string_view path, const Words& words,
             Task<R> (Service::*op)(A...)) {
        if (operations_)
            operations_->push_back(describe<R, A...>(method, path, Service::kName, words));
        if (!service_) return;
        foundation_->router.add(
            method, std::string(kBase) + std::string(path),
            [service = service_, foundation = foundation_, op, rules = Rules(method, words)](
                Request& request, const PathValues& values) -> Task<Response> {
                return run(*service, op, *foundation, rules, request, values);
            });
    }

    /// What of an operation's words is looked at when it runs.
    struct Rules {
        Rules(Method method, const Words& words)
            : right(words.right),
              limit(words.limit_of(method)),
              is_public(method == Method::get && !words.is_private) {}
        const Right& right;
        LimitClass limit;
        bool is_public;
    };

    /// An operation, from its request to its answer.
    template <class R, class... A>
    static Task<Response> run(Service& service, Task<R> (Service::*op)(A...),
                              const Foundation& foundation, const Rules& rules, Request& request,
                              const PathValues& values) {
        constexpr bool is_cached = (std::is_same_v<A, db::Reading&> || ...);
        constexpr bool is_write =
            ((std::is_same_v<A, db::Transaction&> || std::is_same_v<A, const Write&>) || ...);
        Caller caller = foundation.gate.admit(request, rules.right, rules.limit);
        const bool is_believed = caller.is_believed();
        if constexpr (is_cached) {
            if (const Response* known = foundation.cache.find(request)) co_return *known;
        }
        if constexpr (is_write) foundation.session.must_have_room();
        Inputs inputs(request, values, std::move(caller));
        // Braces: the inputs are taken in the order of the parameters.
        std::tuple<Taken<A>...> taken{inputs.take<Taken<A>>()...};
        inputs.finish();
        const bool may_have_key = request.method == Method::post || request.method == Method::patch;
        const auto key = may_have_key
                             ? IdempotencyKey::of(request, inputs.owner_of_keys(), foundation.seal)
                             : std::nullopt;
        std::optional<KeysInFlight::Hold> hold;
        if (key) hold.emplace(foundation.keys, *key);
        const Write write(foundation.session, key ? &*key : nullptr);
        db::Reading reading(foundation.session,
                            is_cached ? freshness_of(request, is_believed) : db::Freshness{});
        const Hands hands{nullptr, &write, &reading};
        Response response;
        try {
            response = render(co_await call<R, A...>(service, op, taken, hands), &inputs);
        } catch (Replay& replay) {
            response = std::move(replay.response);
        }
        if (rules.is_public && response.status == 200 && !response.is_private) {
            response.caching = Response::Caching::revalidate;
        }
        if constexpr (is_cached) {
            response.etag = etag_of(response.body);
            foundation.cache.keep(request, std::move(reading).dependencies(), response);
        }
        co_return response;
    }

    /// What an operation is handed that does not come from the request.
    struct Hands {
        db::Transaction* tx;
        const Write* write;
        db::Reading* reading;
    };

    template <class R, class... A>
    static Task<R> call(Service& service, Task<R> (Service::*op)(A...),
                        std::tuple<Taken<A>...>& taken, const Hands& hands) {
        if constexpr ((std::is_same_v<A, db::Transaction&> || ...)) {
            const auto work = [&](db::Transaction& tx) {
                return std::apply(
                    [&](auto&... args) {
                        return (service.*op)(pass<A>(args, {&tx, nullptr, nullptr})...);
                    },
                    taken);
            };
            co_return co_await (*hands.write)(work);
        } else {
            auto answer = std::apply(
                [&](auto&... args) { return (service.*op)(pass<A>(args, hands)...); }, taken);
            co_return co_await std::move(answer);
        }
    }

    /// An argument as the operation wants it. Values are copied: a transaction may run more than once.
    template <class A, class T>
    static A pass(T& value, const Hands& hands) {
        if constexpr (std::is_same_v<A, db::Transaction&>) {
            return *hands.tx;
        } else if constexpr (std::is_same_v<A, const Write&>) {
            return *hands.write;
        } else if constexpr (std::is_same_v<A, db::Reading&>) {
            return *hands.reading;
        } else {
            return value;
        }
    }

    Service* service_ = nullptr;
    const Foundation* foundation_ = nullptr;
    std::vector<Operation>* operations_ = nullptr;
};

}  // namespace stoa::http
