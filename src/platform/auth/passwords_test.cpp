#include "platform/auth/passwords.hpp"

#include "platform/problem.hpp"

#include <gtest/gtest.h>

#include <future>

namespace stoa {
namespace {

/// The least that argon2id takes.
constexpr HashCost kCheap{.operations = 1, .memory = 8'192};

/// Goes on wherever it is told to.
class AnywhereLoop final : public Loop {
  public:
    void resume(std::span<const std::coroutine_handle<>> coroutines) override {
        for (const auto coroutine : coroutines) coroutine.resume();
    }
    void at_turn_end(std::function<void()>) override {}
    void every(std::chrono::milliseconds, std::function<Task<>()>) override {}
};

template <class T>
Detached fulfil(Task<T> task, std::promise<T> promise) {
    try {
        T value = co_await std::move(task);
        promise.set_value(std::move(value));
    } catch (...) {
        promise.set_exception(std::current_exception());
    }
}

template <class T>
T result_of(Task<T> task) {
    std::promise<T> promise;
    auto result = promise.get_future();
    fulfil(std::move(task), std::move(promise));
    return result.get();
}

class PasswordsTest : public testing::Test {
  protected:
    std::string hash(std::string password) {
        return result_of(passwords_.hash(std::move(password)));
    }
    bool matches(std::string hash, std::string password) {
        return result_of(passwords_.matches(std::move(hash), std::move(password)));
    }

    AnywhereLoop loop_;
    WorkerPool pool_{1, 4};
    Passwords passwords_{pool_, loop_, kCheap};
};

TEST_F(PasswordsTest, match_the_hash_made_of_them) {
    for (const std::string password : {"correct horse", "pässwörter 😀", ""}) {
        EXPECT_TRUE(matches(hash(password), password)) << password;
    }
}

TEST_F(PasswordsTest, do_not_match_the_hash_of_another) {
    const std::string of_horse = hash("correct horse");
    for (const std::string other :
         {"correct horsf", "Correct horse", "correct hors", "correct horse ", ""}) {
        EXPECT_FALSE(matches(of_horse, other)) << other;
    }
    EXPECT_FALSE(matches(hash(std::string("abc\0def", 7)), "abc")) << "a NUL ends no password";
}

TEST_F(PasswordsTest, have_a_salt_for_each_hash) { EXPECT_NE(hash("same"), hash("same")); }

TEST_F(PasswordsTest, are_hashed_as_the_cost_says) {
    EXPECT_TRUE(hash("any").starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << hash("any");
}

TEST_F(PasswordsTest, match_no_text_that_is_not_a_hash) {
    for (const std::string bad : {"", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$x"}) {
        EXPECT_FALSE(matches(bad, "")) << bad;
        EXPECT_FALSE(matches(bad, bad)) << bad;
    }
}

TEST_F(PasswordsTest, are_refused_when_too_many_wait) {
    WorkerPool full(1, 0);
    const Passwords passwords(full, loop_, kCheap);
    EXPECT_THROW(result_of(passwords.hash("any")), Problem);
    EXPECT_THROW(result_of(passwords.matches("any", "any")), Problem);
}

}  // namespace
}  // namespace stoa
