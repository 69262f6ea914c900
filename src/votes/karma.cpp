#include "votes/karma.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <span>

namespace stoa::votes {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 100;  // as many as a list of posts may be asked for
/// Posts that are credited in one transaction: where others write meanwhile, votes on them wait for it.
constexpr std::size_t kTogether = 10;
/// Of each quarter of a second, so that a backlog leaves the thread to its requests; a server that ends waits for it, too.
constexpr auto kLongest = 100ms;
/// After what could not be done.
constexpr auto kPause = 2s;

}  // namespace

Task<> Karma::pass_on() {
    const auto begin = Clock::now();
    if (begin < not_before_) co_return;
    try {
        // Several at once would do no harm, and the same work.
        const bool is_mine = co_await db_.leads(db::topic("karma"));
        if (!is_mine) {
            waiting_.store(0, std::memory_order_relaxed);
            co_return;
        }
        while (Clock::now() - begin < kLongest) {
            const std::size_t settled = co_await settle();
            const std::size_t told = co_await tell();
            waiting_.store(settled + told, std::memory_order_relaxed);
            if (Clock::now() < not_before_) co_return;
            if (settled + told == 0) break;
        }
        go_on();
    } catch (const std::exception& error) {
        hold_up(error.what());
    }
}

/// Credits the authors of some posts that are due. Gives how many were.
Task<std::size_t> Karma::settle() {
    auto due = co_await store_.due(last_post_, kBatch);
    if (due.empty()) due = co_await store_.due(0, kBatch);
    last_post_ = due.empty() ? 0 : due.back().value();
    if (due.empty()) co_return 0;
    const auto authors = co_await authors_of(due);
    if (!authors) co_return due.size();
    const auto now = Timestamp::now();
    std::span<const PostId> some;
    const auto settle_some = [&](db::Transaction& tx) -> Task<std::size_t> {
        for (const PostId post : some) {
            const bool is_mine = co_await Store::settled(tx, post);
            const auto author = authors->find(post);
            if (is_mine && author != authors->end()) {
                co_await Store::credit(tx, post, author->second, now);
            }
        }
        co_return some.size();
    };
    for (std::size_t begin = 0; begin < due.size(); begin += kTogether) {
        some = std::span(due).subspan(begin, std::min(kTogether, due.size() - begin));
        co_await db_.write(settle_some);
    }
    co_return due.size();
}

/// Of those posts that are there; nothing if the posts service does not say.
Task<std::optional<Karma::Authors>> Karma::authors_of(std::vector<PostId> posts) {
    std::string path = "/api/v1/posts?ids=";
    for (const PostId post : posts) {
        path += fmt::format("{}{}", post == posts.front() ? "" : ",", post.value());
    }
    // With its token: whoever has none may be told of the posts of a moment ago, and what is not there gives nobody karma.
    const std::string token = token_();
    const auto answer = co_await posts_.ask("GET", path, "", token);
    if (!answer || answer->status != 200) {
        hold_up(fmt::format("the posts service gives {}",
                            answer ? fmt::format("status {}", answer->status) : "no answer"));
        co_return std::nullopt;
    }
    Authors authors;
    const auto page = boost::json::parse(answer->body);
    for (const auto& post : page.at("items").as_array()) {
        const auto& username = post.at("username").as_string();
        authors.emplace(PostId(post.at("id").to_number<std::int64_t>()),
                        Username(std::string_view(username)));
    }
    co_return authors;
}

/// Tells the users service the sums of some authors that have changed. Gives how many were.
Task<std::size_t> Karma::tell() {
    auto untold = co_await store_.untold(last_author_, kBatch);
    if (untold.empty()) untold = co_await store_.untold("", kBatch);
    last_author_ = untold.empty() ? "" : untold.back().author.str();
    std::vector<Earned> done;
    std::optional<std::string> why_not;
    for (const Earned& earned : untold) {
        const auto status = co_await tell_one(earned);
        if (!status) {
            why_not = "the users service gives no answer";
            break;
        }
        // A user who is not there may come, or come back: then the next vote tells all.
        if (*status == 200 || *status == 404) {
            done.push_back(earned);
        } else {
            why_not = fmt::format("the users service gives status {}", *status);
        }
    }
    if (!done.empty()) {
        const auto note = [&](db::Transaction& tx) -> Task<std::size_t> {
            for (const Earned& earned : done) co_await Store::note_told(tx, earned);
            co_return done.size();
        };
        co_await db_.write(note);
    }
    if (why_not) hold_up(std::move(*why_not));
    co_return untold.size();
}

/// The status of the answer.
Task<std::optional<int>> Karma::tell_one(Earned earned) {
    std::string path = fmt::format("/api/v1/users/{}/karma/votes", earned.author.str());
    std::string json = fmt::format(R"({{"total":{},"version":{}}})", earned.total, earned.version);
    const auto answer = co_await users_.ask("PUT", std::move(path), std::move(json), token_());
    if (!answer) co_return std::nullopt;
    co_return answer->status;
}

void Karma::hold_up(std::string why) {
    not_before_ = Clock::now() + kPause;
    if (why == held_up_by_) return;
    spdlog::warn("votes move no karma, or not all: {}; it is tried again", why);
    held_up_by_ = std::move(why);
}

void Karma::go_on() {
    if (!held_up_by_.empty()) spdlog::info("votes move karma again");
    held_up_by_.clear();
}

}  // namespace stoa::votes
