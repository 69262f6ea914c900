#include "platform/db/migrations.hpp"

#include "platform/embedded.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <stdexcept>

namespace stoa::db {

std::vector<Migration> migrations(std::span<const std::string> folders) {
    std::vector<Migration> all;
    for (const std::string& folder : folders) {
        for (const EmbeddedFile& file : embedded_files()) {
            if (!file.path.starts_with(folder) || !file.path.ends_with(".sql")) continue;
            const auto hash = XXH3_64bits(file.content.data(), file.content.size());
            all.push_back({std::string(file.path), file.content, fmt::format("{:016x}", hash)});
        }
    }
    return all;
}

std::vector<Migration> pending(const std::vector<Migration>& all,
                               const std::vector<Applied>& recorded) {
    std::vector<Migration> todo = all;
    for (const Applied& applied : recorded) {
        const auto step = std::find_if(todo.begin(), todo.end(), [&](const Migration& migration) {
            return migration.name == applied.name;
        });
        if (step == todo.end()) {
            throw std::runtime_error(fmt::format(
                "the database has the schema step '{}', which this version of stoa does not "
                "know: run the version that made it, or a later one",
                applied.name));
        }
        if (step->checksum != applied.checksum) {
            throw std::runtime_error(fmt::format(
                "the schema step '{}' is not the one that this database was made with: run an "
                "unmodified version of stoa",
                applied.name));
        }
        todo.erase(step);
    }
    return todo;
}

}  // namespace stoa::db
