// JSON in and out, and a row by its key.
#include "platform/auth/base64url.hpp"
#include "platform/db/sqlite/database.hpp"
#include "platform/json/read.hpp"
#include "platform/json/write.hpp"
#include "platform/loop.hpp"
#include "posts/store.hpp"

#include <benchmark/benchmark.h>
#include <spdlog/spdlog.h>

#include <array>
#include <filesystem>
#include <future>

namespace stoa {
namespace {

constexpr std::string_view kText =
    "I have just finished The Left Hand of Darkness, and \"liked\" it.\n";

posts::PostSummary a_summary() {
    return {posts::PostId{7}, posts::Title{"What are you reading this week?"},
            posts::CommunityName{"books"}, Username{"ada"}, Timestamp::now()};
}

void read_a_body(benchmark::State& state) {
    std::string body = R"({"title":"What are you reading this week?","text":)";
    json::write_text(body, kText);
    body += R"(,"community":"books","url":"https://example.org/list"})";
    for (auto _ : state) {
        posts::NewPost post;
        Faults faults;
        json::read(json::parse(body), "", post, faults);
        benchmark::DoNotOptimize(post.title.str().data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(read_a_body);

void write_a_list_of_25(benchmark::State& state) {
    const std::vector<posts::PostSummary> list(25, a_summary());
    std::string out;
    for (auto _ : state) {
        out.clear();
        json::write(out, list);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}
BENCHMARK(write_a_list_of_25);

/// Nothing here waits: turns end when the benchmark says so.
class TurningLoop final : public Loop {
  public:
    void resume(std::span<const std::coroutine_handle<>> coroutines) override {
        for (const auto coroutine : coroutines) coroutine.resume();
    }
    void at_turn_end(std::function<void()> what) override { at_turn_end_ = std::move(what); }
    void every(std::chrono::milliseconds, std::function<Task<>()>) override {}
    void end_turn() { at_turn_end_(); }

  private:
    std::function<void()> at_turn_end_;
};

/// A database of 10,000 posts in a folder that goes with it.
class PostsDatabase {
  public:
    PostsDatabase()
        : folder_(std::filesystem::temp_directory_path() / ("stoa-bench-" + random_base64url(9))) {
        spdlog::set_level(spdlog::level::warn);
        database_ = db::sqlite::open(
            {.folder = folder_, .name = "posts", .migrations = {"posts/schema/sqlite"}});
        session_ = database_->session(loop_);
        std::promise<void> filled;
        fill(filled);
        filled.get_future().wait();
    }
    ~PostsDatabase() {
        session_.reset();
        database_.reset();
        std::filesystem::remove_all(folder_);
    }
    PostsDatabase(const PostsDatabase&) = delete;
    PostsDatabase& operator=(const PostsDatabase&) = delete;

    db::Session& session() { return *session_; }
    TurningLoop& loop() { return loop_; }

  private:
    Detached fill(std::promise<void>& filled) {
        const auto insert = [](db::Transaction& tx) -> Task<bool> {
            for (int i = 0; i < 10'000; ++i) {
                posts::NewPost post{posts::Title{"A title"},
                                    posts::Body{kText},
                                    posts::CommunityName{"books"},
                                    {},
                                    Actor{"ada"}};
                co_await posts::Store::insert(tx, post, Timestamp::now());
            }
            co_return true;
        };
        co_await session_->write(insert);
        filled.set_value();
    }

    std::filesystem::path folder_;
    TurningLoop loop_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<db::Session> session_;
};

/// With so many reads in a turn of the loop, which share a read transaction.
void read_a_row(benchmark::State& state) {
    PostsDatabase database;
    std::int64_t id = 0;
    for (auto _ : state) {
        db::Reading reading(database.session(), {});
        benchmark::DoNotOptimize(
            posts::Store::find(posts::PostId{++id % 10'000 + 1}, reading).run());
        if (id % state.range(0) == 0) database.loop().end_turn();
    }
}
BENCHMARK(read_a_row)->Arg(1)->Arg(16);

void read_a_list_of_25(benchmark::State& state) {
    PostsDatabase database;
    for (auto _ : state) {
        db::Reading reading(database.session(), {});
        benchmark::DoNotOptimize(posts::Store::recent(Limit{25}, Cursor::start(), reading).run());
        database.loop().end_turn();
    }
}
BENCHMARK(read_a_list_of_25);

}  // namespace
}  // namespace stoa

BENCHMARK_MAIN();
