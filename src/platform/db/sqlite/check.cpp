#include "platform/db/sqlite/check.hpp"

#include "platform/db/folder_lock.hpp"
#include "platform/db/sqlite/schema.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>
#include <stdexcept>

namespace stoa::db::sqlite {

namespace {

constexpr std::string_view kUnreadable = "it can't be read: the reason stands in the log";

// It ends at the hundredth thing it finds; one row, "ok", says that there is nothing.
const Query kIntegrity{
    "select integrity_check from pragma_integrity_check where integrity_check <> 'ok'"};
const Query kForeignKeys{
    "select \"table\" || coalesce(', row ' || rowid, '') || ': no such row of ' || parent "
    "from pragma_foreign_key_check"};
const Query kAnything{"select 1 from sqlite_master limit 1"};
const Rule kWhole{"the file is whole", kIntegrity};
const Rule kReferences{"every reference leads somewhere", kForeignKeys};

Finding look(Connection& connection, const Rule& rule) {
    Finding finding;
    const auto on_row = [&](const Row& row) { finding.note(row.text(0)); };
    try {
        connection.run(rule.breaches, {}, on_row);
    } catch (const Problem&) {
        finding.note(kUnreadable);
    }
    return finding;
}

/// That it is a database with something in it.
Finding look_at_file(Connection& connection) {
    Finding finding = look(connection, kWhole);
    bool is_empty = true;
    const auto on_row = [&](const Row&) { is_empty = false; };
    if (finding.is_sound()) connection.run(kAnything, {}, on_row);
    if (finding.is_sound() && is_empty) finding.note("it is empty");
    return finding;
}

void repair(Connection& connection, const Rule& rule) {
    connection.execute("pragma query_only = off; begin immediate");
    for (const Query& step : rule.repair) connection.run(step, {}, [](const Row&) {});
    connection.execute("commit; pragma query_only = on");
}

void hold(Connection& connection, const Rule& rule, bool with_repair,
          const CheckProgress& progress) {
    progress.begun(rule.says);
    Finding finding = look(connection, rule);
    if (with_repair && finding.breaches > 0 && !rule.repair.empty()) {
        repair(connection, rule);
        finding.is_repaired = look(connection, rule).breaches == 0;
    }
    progress.ended(finding);
}

void must_be_current(Connection& connection, const Options& options) {
    if (missing_steps(connection, options.migrations).empty()) return;
    throw std::runtime_error(fmt::format(
        "the schema of the database '{}' is older than this program: start the server on "
        "it once, which brings it up to date, and check then",
        database_file(options).string()));
}

void look_at_all(const Options& options, std::span<const Rule> rules, bool with_repair,
                 bool is_copy, const CheckProgress& progress) {
    const auto file = database_file(options);
    // What is not whole can't be relied on for anything else.
    progress.begun(kWhole.says);
    std::optional<Connection> connection;
    Finding whole;
    try {
        connection.emplace(file, is_copy ? Connection::Use::look : Connection::Use::mend);
        whole = look_at_file(*connection);
    } catch (const Problem&) {
        whole.note(kUnreadable);
    }
    progress.ended(whole);
    if (!whole.is_sound()) return;

    if (!is_copy) must_be_current(*connection, options);
    hold(*connection, kReferences, with_repair, progress);
    for (const Rule& rule : rules) hold(*connection, rule, with_repair, progress);
}

}  // namespace

void check(const Options& options, std::span<const Rule> rules, bool with_repair,
           const CheckProgress& progress) {
    const FolderLock lock(options.folder, options.name);
    look_at_all(options, rules, with_repair, false, progress);
}

void check_across(const Options& options, const Options& other, std::span<const Rule> rules,
                  bool with_repair, const CheckProgress& progress) {
    const FolderLock lock(options.folder, options.name);
    const FolderLock lock_of_other(other.folder, other.name);
    const Query attach(fmt::format("attach $1 as {}", other.name));
    Connection connection(database_file(options), Connection::Use::mend);
    const std::array<Value, 1> file{database_file(other).string()};
    connection.run(attach, file, [](const Row&) {});
    for (const Rule& rule : rules) hold(connection, rule, with_repair, progress);
}

void check_copy(const Options& options, std::span<const Rule> rules,
                const CheckProgress& progress) {
    look_at_all(options, rules, false, true, progress);
}

}  // namespace stoa::db::sqlite
