#include "commands/migrate/move.hpp"

#include "commands/databases.hpp"
#include "commands/progress.hpp"
#include "platform/db/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace stoa {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Nobody waits for an answer meanwhile, and some statements take their time.
constexpr std::chrono::milliseconds kPatience = 60s;

db::postgres::Options target_of(std::string_view service, const std::string& uri) {
    auto options = database_at(service, uri);
    options.patience = kPatience;
    return options;
}

/// The end of a line on some work: "1000000 rows in 20.5 s (48780/s)".
std::string effort(std::uint64_t rows, Clock::time_point since) {
    const double seconds = std::chrono::duration<double>(Clock::now() - since).count();
    return fmt::format("{} rows in {:.1f} s ({:.0f}/s)", rows, seconds,
                       static_cast<double>(rows) / std::max(seconds, 1e-3));
}

void print_line(std::string_view service, std::string_view table, std::string_view what) {
    fmt::print("{:<9} {:<17} {}\n", service, table, what);
    std::fflush(stdout);
}

}  // namespace

Move::Move(std::string_view service, const std::filesystem::path& data, const std::string& uri)
    : service_(service),
      source_(database_of(service, data)),
      target_(target_of(service, uri), source_.tables()) {
    source_.must_have(target_.tables());
}

void Move::copy() {
    if (target_.state() == db::postgres::Target::State::empty) target_.begin();
    for (const db::Table& table : target_.tables()) {
        try {
            copy(table);
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(
                fmt::format("the copying of {}'s table '{}' ended: {}; what was copied stays: when "
                            "that is mended, run the same again, and it goes on where it was",
                            service_, table.name, error.what()));
        }
    }
    for (const db::Table& table : target_.tables()) {
        if (!table.numbered.empty()) target_.continue_after(table, source_.last_number(table));
    }
    target_.analyze();
}

void Move::copy(const db::Table& table) {
    const auto since = Clock::now();
    const auto there = target_.progress(table);
    const auto all = source_.count(table);
    std::uint64_t copied = 0;
    {
        Progress progress(fmt::format("rows of {}", table.name), all - std::min(all, there.rows));
        db::Pages pages = source_.pages(table, there.last);
        const auto page = [&](const db::OnRow& add) { return pages.next(add); };
        while (const std::size_t rows = target_.add(table, page)) {
            copied += rows;
            progress.advance(rows);
        }
    }
    print_line(service_, table.name,
               fmt::format("copied {}{}", effort(copied, since),
                           there.rows == 0 ? "" : fmt::format(", after {} before", there.rows)));
}

int Move::verify() {
    int differing = 0;
    for (const db::Table& table : target_.tables()) {
        if (!is_same(table)) ++differing;
    }
    return differing;
}

bool Move::is_same(const db::Table& table) {
    const auto since = Clock::now();
    db::Comparison result;
    {
        Progress progress(fmt::format("rows of {}", table.name), source_.count(table));
        db::Pages original = source_.pages(table);
        db::Pages copy = target_.pages(table);
        result = compare(table, original, copy, [&](std::size_t rows) { progress.advance(rows); });
    }
    if (!table.numbered.empty()) {
        const auto given = source_.last_number(table);
        const auto goes_on_after = target_.last_number(table);
        if (goes_on_after < given) {
            ++result.differences;
            result.examples.push_back(
                fmt::format("the next {} would be {}, which was given out before: up to {}",
                            table.numbered, goes_on_after + 1, given));
        }
    }
    if (result.is_same()) {
        print_line(service_, table.name,
                   fmt::format("is the same: {}, checksum {:016x}", effort(result.copy.rows, since),
                               result.copy.checksum));
        return true;
    }
    print_line(
        service_, table.name,
        fmt::format("differs: {} rows, checksum {:016x} in the file; {} rows, checksum {:016x} "
                    "in the database",
                    result.original.rows, result.original.checksum, result.copy.rows,
                    result.copy.checksum));
    for (const std::string& example : result.examples) fmt::print("          {}\n", example);
    if (const auto untold = result.differences - result.examples.size(); untold > 0) {
        fmt::print("          and {} more\n", untold);
    }
    return false;
}

}  // namespace stoa
