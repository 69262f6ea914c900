#include "platform/db/sqlite/writer.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

namespace stoa::db::sqlite {
namespace {

using namespace std::chrono_literals;

const Query kInsert{"insert into items (id) values ($1)"};
const Query kIds{"select id from items order by id limit 1000"};
const Query kRollback{"rollback"};

/// Notes which jobs are over, instead of going on with anything.
class NotingLoop final : public Loop {
  public:
    explicit NotingLoop(std::function<void()> before = [] {}) : before_(std::move(before)) {}

    void resume(std::span<const std::coroutine_handle<>> coroutines) override {
        before_();
        const std::lock_guard lock(mutex_);
        resumed_ += coroutines.size();
        arrived_.notify_one();
    }
    void at_turn_end(std::function<void()>) override {}
    void every(std::chrono::milliseconds, std::function<Task<>()>) override {}

    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, 10s, [&] { return resumed_ >= count; })) {
            throw std::runtime_error("the jobs do not end");
        }
    }

  private:
    std::function<void()> before_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::size_t resumed_ = 0;
};

Task<> insert(Transaction& tx, std::int64_t id, bool fails) {
    co_await tx.execute(kInsert, id);
    if (fails) throw std::runtime_error("changed my mind");
}

Task<> lose_the_transaction(Transaction& tx) { co_await tx.execute(kRollback); }

Task<> wait(std::promise<void>& entered, std::shared_future<void> gate) {
    entered.set_value();
    gate.wait();
    co_return;
}

class SqliteWriter : public testing::Test {
  protected:
    SqliteWriter() {
        std::string name = testing::TempDir() + "stoa_writer_XXXXXX";
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        folder_ = name;
        file_ = folder_ / "test.db";
        Connection(file_, Connection::Use::write)
            .execute("create table items (id integer primary key) strict");
        writer_.emplace(file_, Writer::Bounds{20, 10});
    }
    ~SqliteWriter() override {
        let_go();
        writer_.reset();
        std::filesystem::remove_all(folder_);
    }

    Writer::Job& ask(Writer::Work work) {
        jobs_.push_back({std::move(work), loop_, std::noop_coroutine(), {}});
        writer_->enqueue(jobs_.back());
        return jobs_.back();
    }
    Writer::Job& ask_insert(std::int64_t id, bool fails = false) {
        return ask([=](Transaction& tx) { return insert(tx, id, fails); });
    }
    /// Keeps the writer busy, so that what is asked for after this becomes one group.
    void hold_up() {
        ask([this](Transaction&) { return wait(entered_, gate_); });
        entered_.get_future().wait();
    }
    void let_go() {
        if (!std::exchange(is_open_, true)) open_.set_value();
    }
    /// Lets all jobs that were asked for end.
    void finish() {
        let_go();
        loop_.wait_for(jobs_.size());
    }
    std::vector<std::int64_t> ids() const {
        std::vector<std::int64_t> all;
        const OnRow keep = [&](const Row& row) { all.push_back(row.integer(0)); };
        Connection(file_, Connection::Use::read).run(kIds, {}, keep);
        return all;
    }
    static std::string ending(const Writer::Job& job) {
        try {
            if (job.error) std::rethrow_exception(job.error);
        } catch (const Problem& problem) {
            return std::to_string(problem.status());
        } catch (const std::exception& error) {
            return error.what();
        }
        return "done";
    }

    std::filesystem::path folder_;
    std::filesystem::path file_;
    bool is_open_ = false;
    std::promise<void> entered_;
    std::promise<void> open_;
    std::shared_future<void> gate_ = open_.get_future().share();
    NotingLoop loop_;
    std::deque<Writer::Job> jobs_;
    std::optional<Writer> writer_;
};

TEST_F(SqliteWriter, commits_all_that_waits_as_one_group) {
    hold_up();
    for (int id = 1; id <= 10; ++id) ask_insert(id);
    EXPECT_EQ(writer_->statistics().queued, 10U);
    finish();
    const Statistics statistics = writer_->statistics();
    EXPECT_EQ(statistics.commits, 2U) << "one for what held it up, one for the group";
    EXPECT_EQ(statistics.transactions, 11U);
    EXPECT_EQ(statistics.queued, 0U);
    EXPECT_EQ(ids().size(), 10U);
}

TEST_F(SqliteWriter, a_job_that_throws_is_undone_and_does_not_touch_the_others) {
    hold_up();
    const auto& first = ask_insert(1);
    const auto& thrown = ask_insert(2, true);
    const auto& again = ask_insert(1);
    const auto& last = ask_insert(3);
    finish();
    EXPECT_EQ(ending(first), "done");
    EXPECT_EQ(ending(thrown), "changed my mind");
    EXPECT_EQ(ending(again), "409");
    EXPECT_EQ(ending(last), "done");
    EXPECT_EQ(ids(), (std::vector<std::int64_t>{1, 3}));
}

TEST_F(SqliteWriter, counts_only_writes_that_became_durable) {
    ask_insert(1, true);
    ask_insert(2);
    finish();
    EXPECT_EQ(writer_->statistics().transactions, 1U);
}

TEST_F(SqliteWriter, fails_a_whole_group_whose_transaction_is_lost_and_recovers) {
    hold_up();
    const auto& first = ask_insert(1);
    const auto& lost = ask([](Transaction& tx) { return lose_the_transaction(tx); });
    const auto& last = ask_insert(2);
    finish();
    for (const auto* job : {&first, &lost, &last}) EXPECT_NE(ending(*job), "done");
    EXPECT_TRUE(ids().empty());
    EXPECT_EQ(writer_->statistics().transactions, 1U) << "of what held it up";

    const auto& next = ask_insert(3);
    finish();
    EXPECT_EQ(ending(next), "done");
    EXPECT_FALSE(writer_->failing());
    EXPECT_EQ(ids(), std::vector<std::int64_t>{3});
}

TEST_F(SqliteWriter, has_written_and_counted_on_before_a_waiter_goes_on) {
    const auto before = writer_->version();
    std::vector<std::int64_t> seen;
    std::uint64_t version = 0;
    NotingLoop loop([&] {
        seen = ids();
        version = writer_->version();
    });
    Writer::Job job{
        [](Transaction& tx) { return insert(tx, 7, false); }, loop, std::noop_coroutine(), {}};
    writer_->enqueue(job);
    loop.wait_for(1);
    EXPECT_EQ(seen, std::vector<std::int64_t>{7});
    EXPECT_GT(version, before);
}

TEST_F(SqliteWriter, finishes_what_is_queued_before_it_goes) {
    hold_up();
    for (int id = 1; id <= 20; ++id) ask_insert(id);  // two groups
    let_go();
    writer_.reset();
    EXPECT_EQ(ids().size(), 20U);
    loop_.wait_for(jobs_.size());
}

TEST_F(SqliteWriter, no_more_writes_share_a_commit_than_the_bound) {
    hold_up();
    for (int id = 1; id <= 20; ++id) ask_insert(id);
    finish();
    EXPECT_EQ(writer_->statistics().commits, 3U) << "one for what held it up, two of ten";
    EXPECT_EQ(ids().size(), 20U);
}

TEST_F(SqliteWriter, tells_that_there_is_no_room_before_a_write_is_made) {
    hold_up();
    for (int id = 1; id <= 19; ++id) ask_insert(id);
    EXPECT_NO_THROW(writer_->must_have_room());
    ask_insert(20);
    EXPECT_THROW(writer_->must_have_room(), Problem);
    finish();
    EXPECT_NO_THROW(writer_->must_have_room());
}

/// Each write takes two milliseconds, and the next hundreds come before the last are done.
TEST_F(SqliteWriter, where_more_comes_than_can_be_done_only_as_much_may_wait_as_is_done_soon) {
    writer_.emplace(file_, Writer::Bounds{4'096, 50});
    const auto ask_slow = [&] {
        ask([](Transaction&) -> Task<> {
            std::this_thread::sleep_for(2ms);
            co_return;
        });
    };
    for (int i = 0; i < 200; ++i) ask_slow();
    EXPECT_EQ(writer_->statistics().refused, 0U) << "a burst";
    loop_.wait_for(150);
    int taken = 0;
    try {
        for (; taken < 4'000; ++taken) ask_slow();
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.status(), 503);
        jobs_.pop_back();
    }
    EXPECT_LT(taken, 600);
    EXPECT_GT(taken, 0);
    finish();
}

TEST_F(SqliteWriter, refuses_one_more_than_may_wait) {
    hold_up();
    for (int id = 1; id <= 20; ++id) ask_insert(id);
    EXPECT_THROW(ask_insert(21), Problem);
    EXPECT_EQ(writer_->statistics().refused, 1U);
    jobs_.pop_back();
    finish();
    EXPECT_EQ(ids().size(), 20U);
}

}  // namespace
}  // namespace stoa::db::sqlite
