#include "commands/config_file.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace stoa {
namespace {

/// A command with options such as the program's have, and a configuration file.
class ConfigFile : public testing::Test {
  protected:
    ConfigFile() {
        command_.add_option("--listen", listen_);
        command_.add_option("--threads", threads_)->envname("STOA_TEST_THREADS");
        command_.add_option("--config", config_);
        owner_.add_option("--max-body");
    }
    ~ConfigFile() override {
        std::remove(path_.c_str());
        unsetenv("STOA_CONFIG");
        unsetenv("STOA_TEST_THREADS");
    }

    void write(std::string_view content) const { std::ofstream(path_) << content; }

    /// Takes the file's defaults and then the command line; gives what is wrong, if anything is.
    std::string take(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "stoa");
        std::vector<char*> argv;
        argv.reserve(arguments.size());
        for (std::string& argument : arguments) argv.push_back(argument.data());
        const int argc = static_cast<int>(argv.size());
        try {
            take_defaults_from_config_file(command_, owner_, argc, argv.data());
            command_.parse(argc, argv.data());
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "";
    }

    std::string path_ = testing::TempDir() + "stoa_config_" + std::to_string(getpid());
    CLI::App command_{"", "backup"};
    CLI::App owner_{"", "serve"};
    std::string listen_ = "unset";
    int threads_ = 0;
    std::string config_;
};

TEST_F(ConfigFile, gives_defaults) {
    write("# where\nlisten = \"127.0.0.1:80\"\nthreads = 4  # of them\n\n");
    EXPECT_EQ(take({"--config", path_}), "");
    EXPECT_EQ(listen_, "127.0.0.1:80");
    EXPECT_EQ(threads_, 4);
}

TEST_F(ConfigFile, may_be_named_in_each_way) {
    write("threads = 4\n");
    EXPECT_EQ(take({"--config=" + path_}), "");
    EXPECT_EQ(threads_, 4);
    write("threads = 5\n");
    setenv("STOA_CONFIG", path_.c_str(), 1);
    EXPECT_EQ(take({}), "");
    EXPECT_EQ(threads_, 5);
}

TEST_F(ConfigFile, is_not_needed) {
    EXPECT_EQ(take({"--threads", "2"}), "");
    EXPECT_EQ(threads_, 2);
    EXPECT_EQ(listen_, "unset");
}

TEST_F(ConfigFile, comes_after_the_environment_and_the_command_line) {
    write("threads = 4\nlisten = \"a\"\n");
    setenv("STOA_TEST_THREADS", "6", 1);
    EXPECT_EQ(take({"--config", path_, "--listen", "b"}), "");
    EXPECT_EQ(threads_, 6);
    EXPECT_EQ(listen_, "b");
}

TEST_F(ConfigFile, names_the_option_that_the_command_does_not_have) {
    write("threads = 4\nthreats = 5\n");
    EXPECT_NE(take({"--config", path_}).find("'threats' is not an option of `stoa serve`"),
              std::string::npos);
    write("[limits]\nthreads = 4\n");
    EXPECT_NE(take({"--config", path_}).find("limits"), std::string::npos);
}

TEST_F(ConfigFile, may_have_options_of_its_owner_that_the_command_does_not_have) {
    write("threads = 4\nmax-body = 5\n");
    EXPECT_EQ(take({"--config", path_}), "");
    EXPECT_EQ(threads_, 4);
}

TEST_F(ConfigFile, names_the_option_whose_value_is_not_one) {
    write("threads = \"many\"\n");
    EXPECT_NE(take({"--config", path_}).find("threads"), std::string::npos);
    EXPECT_NE(take({"--config", path_}).find(path_), std::string::npos);
}

TEST_F(ConfigFile, that_can_not_be_read_is_an_error) {
    EXPECT_NE(take({"--config", "/no/such/file"}).find("/no/such/file"), std::string::npos);
}

}  // namespace
}  // namespace stoa
