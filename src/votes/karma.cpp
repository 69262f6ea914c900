#include "votes/karma.hpp"

#include "platform/problem.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace stoa::votes {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 100;  // as many as a list of posts may be asked for
/// A server that ends waits for what has begun.
constexpr auto kLongest = 500ms;
/// What one request may change (api.md).
constexpr std::int64_t kMostDelta = 1'000;

/// Whether the answer says that it has been done, or never can be.
bool is_final(int status) {
    const bool is_passing = status == 401 || status == 403 || status == 408 || status == 409 ||
                            status == 429 || status >= 500;
    return !is_passing;
}

}  // namespace

Task<> Karma::pass_on() {
    const auto end = std::chrono::steady_clock::now() + kLongest;
    try {
        auto entries = co_await store_.outbox(kBatch);
        if (entries.empty()) {
            // Only then, so that what waits is bounded by the number of posts.
            co_await settle();
            entries = co_await store_.outbox(kBatch);
        }
        std::vector<std::int64_t> taken;
        for (const OutboxEntry& entry : entries) {
            if (std::chrono::steady_clock::now() > end) break;
            const bool taken_now = co_await is_taken(entry);
            if (!taken_now) break;
            taken.push_back(entry.id);
        }
        if (taken.empty()) co_return;
        const auto forget = [&](db::Transaction& tx) -> Task<std::size_t> {
            for (const std::int64_t id : taken) co_await Store::forget(tx, id);
            co_return taken.size();
        };
        co_await db_.write(forget);
    } catch (const Problem&) {
        // The database is busy or away, which it has told itself.
    }
}

Task<> Karma::settle() {
    const auto due = co_await store_.due(kBatch);
    if (due.empty()) co_return;
    const auto authors = co_await authors_of(due);
    if (!authors) co_return;
    const auto now = Timestamp::now();
    const auto settle_all = [&](db::Transaction& tx) -> Task<std::size_t> {
        std::map<std::string, std::int64_t> owed;
        for (const PostId post : due) {
            const auto author = authors->find(post);
            if (author != authors->end()) {
                owed[author->second.str()] += co_await Store::credit(tx, post, author->second);
            }
            co_await Store::settled(tx, post);
        }
        for (const auto& [author, sum] : owed) {
            const Username username{author};
            for (std::int64_t rest = sum; rest != 0;) {
                const std::int64_t delta = std::clamp(rest, -kMostDelta, kMostDelta);
                co_await Store::send(tx, username, delta, now);
                rest -= delta;
            }
        }
        co_return owed.size();
    };
    co_await db_.write(settle_all);
}

Task<std::optional<Karma::Authors>> Karma::authors_of(std::vector<PostId> posts) {
    std::string path = "/api/v1/posts?ids=";
    for (const PostId post : posts) {
        path += fmt::format("{}{}", post == posts.front() ? "" : ",", post.value());
    }
    http::Asked asked{.method = "GET", .path = std::move(path), .token = token_()};
    const auto answer = co_await posts_.ask(std::move(asked));
    const bool is_known = answer && answer->status == 200;
    note(!is_known, "posts");
    if (!is_known) co_return std::nullopt;
    Authors authors;
    const auto page = boost::json::parse(answer->body);
    for (const auto& post : page.at("items").as_array()) {
        const auto& username = post.at("username").as_string();
        authors.emplace(PostId(post.at("id").to_number<std::int64_t>()),
                        Username(std::string_view(username)));
    }
    co_return authors;
}

Task<bool> Karma::is_taken(OutboxEntry entry) {
    http::Asked asked{
        .method = "PATCH",
        .path = fmt::format("/api/v1/users/{}/karma", entry.username.str()),
        .json = fmt::format(R"({{"delta":{}}})", entry.delta),
        .token = token_(),
        // Ids begin anew if an older state of the database is restored; times don't.
        .idempotency_key = fmt::format("karma-{}-{}", entry.id, entry.created_at.milliseconds)};
    const auto answer = co_await users_.ask(std::move(asked));
    const bool is_done = answer && is_final(answer->status);
    note(!is_done, "users");
    if (is_done && answer->status != 200 && answer->status != 404) {
        spdlog::error("the karma of {} is not changed by {}: {}", entry.username.str(), entry.delta,
                      answer->body);
    }
    co_return is_done;
}

void Karma::note(bool is_away, std::string_view service) {
    if (is_away && !was_away_) {
        spdlog::warn("votes move no karma until the {} service takes it", service);
    }
    if (!is_away && was_away_) spdlog::info("votes move karma again");
    was_away_ = is_away;
}

}  // namespace stoa::votes
