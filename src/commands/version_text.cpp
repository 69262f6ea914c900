#include "commands/version_text.hpp"

#include "platform/db/postgres/library.hpp"
#include "platform/db/sqlite/library.hpp"
#include "version.hpp"

#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <fmt/format.h>
#include <sodium/version.h>
#include <spdlog/version.h>
#include <xxhash.h>

namespace stoa {

std::string version_text() {
    std::string text = fmt::format("stoa {} ({})", kVersion, kCommit);
    const auto line = [&](const char* library, const std::string& version) {
        text += fmt::format("\n{:<9} {}", library, version);
    };
    const auto parts = [](auto major, auto minor, auto patch) {
        return fmt::format("{}.{}.{}", major, minor, patch);
    };
    const auto digits = [&](unsigned number) {  // two for each part
        return parts(number / 10'000, number / 100 % 100, number % 100);
    };
    line("Boost", parts(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000, BOOST_VERSION % 100));
    line("CLI11", CLI11_VERSION);
    line("fmt", digits(FMT_VERSION));
    line("libpq", db::postgres::library_version());
    line("libsodium", sodium_version_string());
    line("spdlog", parts(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH));
    line("SQLite", db::sqlite::library_version());
    line("xxHash", digits(XXH_versionNumber()));
    return text;
}

}  // namespace stoa
