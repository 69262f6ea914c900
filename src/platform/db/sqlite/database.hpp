#pragma once

#include "platform/db/database.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::db::sqlite {

struct Options {
    std::filesystem::path folder;
    std::string_view name;                    ///< the files are NAME.db, NAME.lock, …
    std::vector<std::string> migrations;      ///< folders of schema steps, in order
    std::size_t queue = 4'096;                ///< writes that may wait; one more is refused
    std::size_t group = 1'024;                ///< writes that share a commit, at most
    std::chrono::milliseconds slow_query{0};  ///< statements that take longer are logged; 0: none
};

/// Where its rows are, whether it is there or not.
std::filesystem::path database_file(const Options& options);

/// Opens a database, made and brought up to date as needed. Throws std::runtime_error, with what to do, if
/// another process has it or it can't be opened.
std::unique_ptr<Database> open(const Options& options);

}  // namespace stoa::db::sqlite
