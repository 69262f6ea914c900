#include "platform/db/sqlite/upkeep.hpp"

#include "platform/db/folder_lock.hpp"
#include "platform/db/sqlite/copy.hpp"
#include "platform/db/sqlite/schema.hpp"
#include "platform/durable.hpp"
#include "platform/private_file.hpp"
#include "platform/problem.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace stoa::db::sqlite {

namespace {

namespace fs = std::filesystem;

const Query kWriteAnew{"vacuum into $1"};

/// Errors for a command instead of a client.
template <class Work>
auto on(const fs::path& file, const Work& work) {
    try {
        return work();
    } catch (const Problem&) {
        throw std::runtime_error(
            fmt::format("can't use the database '{}' (the reason is in the log): see that there "
                        "is room on the disk, and what 'stoa check' says of it",
                        file.string()));
    }
}

std::vector<Migration> missing(const Options& options) {
    const auto file = database_file(options);
    return on(file, [&] {
        Connection connection(file, Connection::Use::look);
        return missing_steps(connection, options.migrations);
    });
}

/// What is in the log goes into the file, which is all there is then.
void take_log_in(const fs::path& file) {
    on(file, [&] {
        Connection connection(file, Connection::Use::write);
        connection.execute("pragma journal_mode = delete");
    });
    sync(file);
}

void rename_durably(const fs::path& from, const fs::path& to, unsigned flags = 0) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0) {
        throw std::runtime_error(fmt::format("can't put '{}' at '{}': {}", from.string(),
                                             to.string(), std::generic_category().message(errno)));
    }
    sync(to.parent_path());
}

/// "users.db.before-004_earned_version", if there is one.
std::optional<fs::path> kept_copy(const Options& options) {
    const std::string prefix = database_file(options).filename().string() + ".before-";
    for (const auto& entry : fs::directory_iterator(options.folder)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with(prefix) && !name.ends_with(".new")) return entry.path();
    }
    return std::nullopt;
}

void keep_copy(const fs::path& file, const fs::path& copy_of_it) {
    const fs::path fresh = copy_of_it.string() + ".new";
    fs::remove(fresh);
    copy(file, fresh, [](std::uint64_t, std::uint64_t) {});
    give_to_owner_of(file, fresh);
    sync(fresh);
    rename_durably(fresh, copy_of_it);
}

std::int64_t size_of(const fs::path& file) {
    std::error_code error;
    const auto log = fs::file_size(file.string() + "-wal", error);
    return static_cast<std::int64_t>(fs::file_size(file) + (error ? 0 : log));
}

}  // namespace

std::vector<std::string> steps_to_run(const Options& options) {
    std::vector<std::string> names;
    for (const Migration& step : missing(options)) names.push_back(step.name);
    return names;
}

fs::path upgrade(const Options& options) {
    const FolderLock lock(options.folder, options.name);
    const auto file = database_file(options);
    const auto steps = missing(options);
    if (steps.empty()) return "";
    const std::string first = fs::path(steps.front().name).stem().string();
    const fs::path kept = fmt::format("{}.before-{}", file.string(), first);
    const auto earlier = kept_copy(options);
    keep_copy(file, kept);
    if (earlier && *earlier != kept) fs::remove(*earlier);
    on(file, [&] { migrate(file, options.migrations); });
    return kept;
}

std::optional<fs::path> go_back(const Options& options) {
    const FolderLock lock(options.folder, options.name);
    const auto file = database_file(options);
    const auto kept = kept_copy(options);
    if (!kept) return std::nullopt;
    take_log_in(file);
    const fs::path undone = file.string() + ".undone";
    rename_durably(*kept, file, RENAME_EXCHANGE);
    rename_durably(*kept, undone);
    return undone;
}

Sizes vacuum(const Options& options) {
    const FolderLock lock(options.folder, options.name);
    const auto file = database_file(options);
    const fs::path fresh = file.string() + ".vacuumed";
    Sizes sizes{.before = size_of(file)};
    fs::remove(fresh);
    on(file, [&] {
        Connection connection(file, Connection::Use::write);
        const std::array<Value, 1> to{fresh.string()};
        connection.run(kWriteAnew, to, [](const Row&) {});
    });
    on(fresh, [&] {
        Connection connection(fresh, Connection::Use::fill);
        connection.execute("analyze");
        connection.execute("pragma journal_mode = delete");
    });
    give_to_owner_of(file, fresh);
    sync(fresh);
    take_log_in(file);
    rename_durably(fresh, file);
    sizes.after = size_of(file);
    return sizes;
}

}  // namespace stoa::db::sqlite
