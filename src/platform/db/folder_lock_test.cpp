#include "platform/db/folder_lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace stoa::db {
namespace {

class FolderLockTest : public testing::Test {
  protected:
    FolderLockTest() {
        std::string name = testing::TempDir() + "stoa_lock_XXXXXX";
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        folder_ = name;
    }
    ~FolderLockTest() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
};

/// Why the lock can't be taken; empty if it can.
std::string refusal(const std::filesystem::path& folder, std::string_view name) {
    try {
        const FolderLock lock(folder, name);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

/// Another process that holds the lock until it is killed.
class Holder {
  public:
    explicit Holder(const std::filesystem::path& folder) {
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
        process_ = fork();
        if (process_ == 0) {
            std::optional<FolderLock> lock;
            try {
                lock.emplace(folder, "posts");
            } catch (...) {
                _exit(1);
            }
            const bool told = write(ends[1], "x", 1) == 1;
            while (told) pause();
            _exit(1);
        }
        close(ends[1]);
        char byte = 0;
        holds_ = read(ends[0], &byte, 1) == 1;
        close(ends[0]);
    }
    ~Holder() { end(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    void end() {
        if (process_ <= 0) return;
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        process_ = 0;
    }
    bool holds() const { return holds_; }
    pid_t process() const { return process_; }

  private:
    pid_t process_ = 0;
    bool holds_ = false;
};

TEST_F(FolderLockTest, keeps_another_process_away_and_says_which_one_holds_it) {
    const Holder holder(folder_);
    ASSERT_TRUE(holder.holds());
    const std::string why = refusal(folder_, "posts");
    EXPECT_NE(why.find(folder_.string()), std::string::npos) << why;
    EXPECT_NE(why.find("held by process " + std::to_string(holder.process()) + ")"),
              std::string::npos)
        << why;
    EXPECT_NE(why.find("stop that process first"), std::string::npos) << why;
}

TEST_F(FolderLockTest, is_free_again_however_its_holder_ends) {
    Holder holder(folder_);
    ASSERT_TRUE(holder.holds());
    holder.end();
    EXPECT_EQ(refusal(folder_, "posts"), "");
}

TEST_F(FolderLockTest, is_refused_to_the_same_process_too_until_it_is_let_go) {
    {
        const FolderLock lock(folder_, "posts");
        EXPECT_NE(refusal(folder_, "posts"), "");
    }
    EXPECT_EQ(refusal(folder_, "posts"), "");
}

TEST_F(FolderLockTest, of_one_database_leaves_the_others_of_the_folder_free) {
    const FolderLock lock(folder_, "posts");
    EXPECT_EQ(refusal(folder_, "votes"), "");
}

TEST_F(FolderLockTest, makes_the_folder_for_its_owner_alone) {
    const auto inner = folder_ / "a" / "b";
    const FolderLock lock(inner, "posts");
    EXPECT_EQ(std::filesystem::status(inner).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(FolderLockTest, says_that_a_folder_can_not_be_written) {
    const std::string why = refusal("/proc/stoa", "posts");
    EXPECT_NE(why.find("can't write to the data folder '/proc/stoa'"), std::string::npos) << why;
}

}  // namespace
}  // namespace stoa::db
