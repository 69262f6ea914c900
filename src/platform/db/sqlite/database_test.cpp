#include "platform/db/sqlite/database.hpp"

#include "platform/loop.hpp"
#include "platform/problem.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace stoa::db::sqlite {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kSchema{"platform/http/schema/sqlite"};

const Query kMake{"create table items (id integer primary key, text text) strict"};
const Query kInsert{"insert into items (id, text) values ($1, $2)"};
const Query kIds{"select id from items order by id limit 10000"};
const Query kText{"select text from items where id = $1"};
const Query kCount{"select count(*) from items"};
const Query kNonsense{"select nonsense from nowhere"};

/// A loop whose turns the test runs, on the thread that asks for it.
class TestLoop final : public Loop {
  public:
    void resume(std::span<const std::coroutine_handle<>> coroutines) override {
        const std::lock_guard lock(mutex_);
        ready_.insert(ready_.end(), coroutines.begin(), coroutines.end());
        arrived_.notify_one();
    }
    void at_turn_end(std::function<void()> what) override {
        at_turn_end_.push_back(std::move(what));
    }
    void every(std::chrono::milliseconds, std::function<Task<>()>) override {}

    void run_until(const bool& over) {
        while (!over) take().resume();
    }
    void end_turn() const {
        for (const auto& what : at_turn_end_) what();
    }

  private:
    std::coroutine_handle<> take() {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, 10s, [this] { return !ready_.empty(); })) {
            throw std::runtime_error("nothing became ready");
        }
        const auto coroutine = ready_.front();
        ready_.pop_front();
        return coroutine;
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::coroutine_handle<>> ready_;
    std::vector<std::function<void()>> at_turn_end_;
};

using Work = std::function<Task<bool>(Transaction&)>;

Task<bool> run_statement(Transaction& tx, const Query& query) {
    co_await tx.execute(query);
    co_return true;
}

Task<bool> insert_item(Transaction& tx, std::int64_t id, std::string text) {
    co_await tx.execute(kInsert, id, text);
    co_return true;
}

Task<bool> wait_for(std::promise<void>& entered, std::shared_future<void> gate) {
    entered.set_value();
    gate.wait();
    co_return true;
}

Work statement(const Query& query) {
    return [&query](Transaction& tx) { return run_statement(tx, query); };
}

Work insert(std::int64_t id, std::string text = "") {
    return [=](Transaction& tx) { return insert_item(tx, id, text); };
}

/// A write that has been asked for.
class Write {
  public:
    Write(Session& session, Work work) : work_(std::move(work)) { watch(session, *this); }
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

    const bool& over() const { return over_; }
    /// How it ended: "done", or what went wrong.
    std::string ending() const {
        try {
            if (error_) std::rethrow_exception(error_);
        } catch (const Problem& problem) {
            return std::to_string(problem.status());
        } catch (const std::exception& error) {
            return error.what();
        }
        return over_ ? "done" : "waiting";
    }

  private:
    static Detached watch(Session& session, Write& write) {
        try {
            co_await session.write(write.work_);
        } catch (...) {
            write.error_ = std::current_exception();
        }
        write.over_ = true;
    }

    Work work_;
    bool over_ = false;
    std::exception_ptr error_;
};

/// Keeps the writer's thread busy, so that what comes after waits and becomes one group.
class HeldUp {
  public:
    explicit HeldUp(Session& session)
        : write_(session, [this](Transaction&) { return wait_for(entered_, gate_); }) {
        entered_.get_future().wait();
    }
    ~HeldUp() { let_go(); }
    HeldUp(const HeldUp&) = delete;
    HeldUp& operator=(const HeldUp&) = delete;

    void let_go() {
        if (!std::exchange(is_open_, true)) open_.set_value();
    }

  private:
    bool is_open_ = false;
    std::promise<void> entered_;
    std::promise<void> open_;
    std::shared_future<void> gate_ = open_.get_future().share();
    Write write_;
};

class SqliteDatabase : public testing::Test {
  protected:
    SqliteDatabase() {
        std::string name = testing::TempDir() + "stoa_sqlite_XXXXXX";
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        folder_ = name;
        open();
        EXPECT_EQ(write(statement(kMake)), "done");
    }
    ~SqliteDatabase() override {
        close();
        std::filesystem::remove_all(folder_);
    }

    void open(std::size_t queue = 64) {
        close();
        loop_.emplace();
        database_ = sqlite::open({folder_, "test", kSchema, queue});
        session_ = database_->session(*loop_);
    }
    void close() {
        session_.reset();
        database_.reset();
    }

    /// Writes, and says how it ended.
    std::string write(Work work) {
        const Write asked(*session_, std::move(work));
        loop_->run_until(asked.over());
        return asked.ending();
    }
    std::vector<std::int64_t> ids() { return session_->all<std::int64_t>(kIds).run(); }
    std::int64_t count() { return *session_->one<std::int64_t>(kCount).run(); }

    std::filesystem::path folder_;
    std::optional<TestLoop> loop_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<Session> session_;
};

TEST_F(SqliteDatabase, gives_what_a_write_threw_to_who_asked_for_it) {
    EXPECT_EQ(write(insert(1)), "done");
    EXPECT_EQ(write(insert(1)), "409");
    const Work changed = [](Transaction&) -> Task<bool> {
        throw std::runtime_error("changed my mind");
    };
    EXPECT_EQ(write(changed), "changed my mind");
}

TEST_F(SqliteDatabase, refuses_a_write_at_once_when_its_queue_is_full) {
    open(2);
    HeldUp held(*session_);
    const Write first(*session_, insert(1));
    const Write second(*session_, insert(2));
    const Write refused(*session_, insert(3));
    EXPECT_TRUE(refused.over());
    EXPECT_EQ(refused.ending(), "503");
    EXPECT_EQ(database_->statistics().refused, 1U);
    EXPECT_EQ(first.ending(), "waiting");
    held.let_go();
    loop_->run_until(second.over());
    EXPECT_EQ(ids(), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(write(insert(4)), "done") << "there is room again";
    EXPECT_NO_THROW(session_->check().run());
}

TEST_F(SqliteDatabase, shows_a_write_that_was_acknowledged_even_within_a_turn) {
    for (int id = 1; id <= 20; ++id) {
        EXPECT_EQ(count(), id - 1) << "and keeps its snapshot open";
        EXPECT_EQ(write(insert(id)), "done");
    }
    EXPECT_EQ(count(), 20);
    loop_->end_turn();
    EXPECT_EQ(count(), 20);
}

TEST_F(SqliteDatabase, shows_every_session_what_another_wrote) {
    TestLoop other_loop;
    const auto other = database_->session(other_loop);
    EXPECT_EQ(*other->one<std::int64_t>(kCount).run(), 0);
    EXPECT_EQ(write(insert(1)), "done");
    EXPECT_EQ(*other->one<std::int64_t>(kCount).run(), 1);
}

TEST_F(SqliteDatabase, shows_each_of_many_threads_its_own_writes) {
    constexpr std::int64_t threads = 4;
    constexpr std::int64_t writes = 50;
    std::array<std::int64_t, threads> missed{};
    const auto serve = [&](std::int64_t number) {
        TestLoop loop;
        const auto session = database_->session(loop);
        for (std::int64_t i = 0; i < writes; ++i) {
            const std::int64_t id = number * writes + i;
            const Write asked(*session, insert(id, "x"));
            loop.run_until(asked.over());
            if (!session->one<std::string>(kText, id).run()) ++missed.at(std::size_t(number));
            if (i % 7 == 0) loop.end_turn();
        }
    };
    std::vector<std::thread> running;
    for (std::int64_t i = 0; i < threads; ++i) running.emplace_back(serve, i);
    for (std::thread& thread : running) thread.join();
    EXPECT_EQ(missed, (std::array<std::int64_t, threads>{}));
    EXPECT_EQ(count(), threads * writes);
}

TEST_F(SqliteDatabase, finds_everything_when_it_is_opened_again) {
    EXPECT_EQ(write(insert(1, "né€😀")), "done");
    EXPECT_EQ(write(insert(2, "")), "done");
    open();
    EXPECT_EQ(ids(), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(session_->one<std::string>(kText, 1).run(), "né€😀");
    EXPECT_EQ(session_->one<std::string>(kText, 2).run(), "");
}

TEST_F(SqliteDatabase, is_not_opened_twice) {
    EXPECT_THROW(sqlite::open({folder_, "test", kSchema}), std::runtime_error);
    EXPECT_EQ(write(insert(1)), "done") << "the first one is not disturbed";
}

TEST_F(SqliteDatabase, copies_its_log_into_the_file_as_it_grows) {
    for (int id = 1; id <= 16; ++id) {
        EXPECT_EQ(write(insert(id, std::string(500'000, 'x'))), "done");
    }
    EXPECT_GE(database_->statistics().checkpoints, 1U);
    EXPECT_EQ(count(), 16);
}

TEST_F(SqliteDatabase, does_not_take_a_mistake_in_a_query_for_a_client_s) {
    EXPECT_THROW(session_->one<std::int64_t>(kNonsense).run(), std::logic_error);
    EXPECT_NE(write(statement(kNonsense)), "done");
    EXPECT_EQ(write(insert(1)), "done");
}

TEST_F(SqliteDatabase, does_not_write_but_in_a_transaction) {
    EXPECT_THROW(session_->execute(kInsert, 1, std::string("x")).run(), Problem);
    EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace stoa::db::sqlite
