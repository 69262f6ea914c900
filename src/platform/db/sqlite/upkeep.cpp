#include "platform/db/sqlite/upkeep.hpp"

#include "platform/db/folder_lock.hpp"
#include "platform/db/sqlite/copy.hpp"
#include "platform/db/sqlite/schema.hpp"
#include "platform/durable.hpp"
#include "platform/json/timestamp.hpp"
#include "platform/private_file.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace stoa::db::sqlite {

namespace {

namespace fs = std::filesystem;

const Query kWriteAnew{"vacuum into $1"};

/// Errors for a command instead of a client.
template <class Work>
auto on(const fs::path& file, const Work& work) {
    try {
        return work();
    } catch (const Busy&) {
        throw std::runtime_error(
            fmt::format("another program is reading the database '{}', a backup perhaps: run this "
                        "again when that has ended",
                        file.string()));
    } catch (const Problem&) {
        throw std::runtime_error(
            fmt::format("can't use the database '{}' (the reason is in the log): see that there "
                        "is room on the disk, and what 'stoa check' says of it",
                        file.string()));
    }
}

/// A file that is made beside another and takes its place, or is gone.
struct Fresh {
    explicit Fresh(fs::path at) : path(std::move(at)) { remove(); }
    ~Fresh() { remove(); }
    Fresh(const Fresh&) = delete;
    Fresh& operator=(const Fresh&) = delete;

    fs::path path;

  private:
    void remove() const {
        std::error_code is_not_there;
        fs::remove(path, is_not_there);
    }
};

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

/// Copies as "users.db.before-004_earned_version", the newest last: steps have numbers.
std::vector<fs::path> kept_copies(const Options& options) {
    const std::string prefix = database_file(options).filename().string() + ".before-";
    std::vector<fs::path> copies;
    for (const auto& entry : fs::directory_iterator(options.folder)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with(prefix) && !name.ends_with(".new")) copies.push_back(entry.path());
    }
    std::sort(copies.begin(), copies.end());
    return copies;
}

void keep_copy(const fs::path& file, const fs::path& copy_of_it) {
    const Fresh fresh(copy_of_it.string() + ".new");
    copy(file, fresh.path, [](std::uint64_t, std::uint64_t) {});
    give_to_owner_of(file, fresh.path);
    sync(fresh.path);
    rename_durably(fresh.path, copy_of_it);
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
    fs::path kept = fmt::format("{}.before-{}", file.string(), first);
    const auto earlier = kept_copies(options);
    keep_copy(file, kept);
    for (const fs::path& copy : earlier) {
        if (copy != kept) fs::remove(copy);
    }
    on(file, [&] { migrate(file, options.migrations); });
    return kept;
}

std::optional<fs::path> go_back(const Options& options) {
    const FolderLock lock(options.folder, options.name);
    const auto file = database_file(options);
    const auto copies = kept_copies(options);
    if (copies.empty()) return std::nullopt;
    const fs::path& kept = copies.back();
    take_log_in(file);
    // In one step: interrupted before it, nothing has happened but that the file has two names.
    const fs::path undone =
        fmt::format("{}.undone-{}", file.string(), Timestamp::now().milliseconds);
    fs::create_hard_link(file, undone);
    rename_durably(kept, file);
    return undone;
}

Sizes vacuum(const Options& options) {
    const FolderLock lock(options.folder, options.name);
    const auto file = database_file(options);
    const Fresh fresh(file.string() + ".vacuumed");
    Sizes sizes{.before = size_of(file)};
    take_log_in(file);  // or it is known only after all the work that somebody reads it
    on(file, [&] {
        Connection connection(file, Connection::Use::write);
        const std::array<Value, 1> to{fresh.path.string()};
        connection.run(kWriteAnew, to, [](const Row&) {});
    });
    on(fresh.path, [&] {
        Connection connection(fresh.path, Connection::Use::fill);
        connection.execute("analyze");
        connection.execute("pragma journal_mode = delete");
    });
    give_to_owner_of(file, fresh.path);
    sync(fresh.path);
    take_log_in(file);
    rename_durably(fresh.path, file);
    sizes.after = size_of(file);
    return sizes;
}

}  // namespace stoa::db::sqlite
