#include "commands/backup/manifest.hpp"

#include "commands/progress.hpp"
#include "commands/site.hpp"
#include "platform/durable.hpp"
#include "platform/private_file.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>

namespace stoa {

namespace {

constexpr double kMebi = 1 << 20;

/// The names stand in paths: none but those that a backup of ours has.
bool is_ours(std::string_view name) {
    return name == kKeysInBackup || name == kDumpInBackup || !service_of(name).empty();
}

/// What is wrong with a file; nothing: it is what it was.
std::string difference(const std::filesystem::path& file, const BackedUpFile& noted,
                       const OnBlock& on_block) {
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, error))) return "is missing";
    const auto size = std::filesystem::file_size(file, error);
    if (!error && static_cast<std::int64_t>(size) != noted.bytes) {
        return fmt::format("has {} bytes, {} noted", size, noted.bytes);
    }
    const BackedUpFile here = noted_of(file, on_block);
    if (here.bytes != noted.bytes) {
        return fmt::format("has {} bytes, {} noted", here.bytes, noted.bytes);
    }
    if (here.sha256 == noted.sha256) return "";
    return fmt::format("has the checksum {}, {} noted", here.sha256, noted.sha256);
}

}  // namespace

std::string as_name(Timestamp time) {
    std::string name = time.str();
    std::replace(name.begin(), name.end(), ':', '-');
    return name;
}

std::string told_bytes(std::int64_t bytes) {
    const auto number = static_cast<double>(bytes);
    return number < kMebi ? fmt::format("{:.1f} KiB", number / 1'024)
                          : fmt::format("{:.1f} MiB", number / kMebi);
}

std::string_view service_of(std::string_view file) {
    for (const std::string_view service : kServices) {
        if (file == fmt::format("{}.db", service)) return service;
    }
    return "";
}

BackedUpFile noted_of(const std::filesystem::path& file, const OnBlock& on_block) {
    BackedUpFile noted;
    noted.name = file.filename().string();
    std::error_code error;  // who reads it will tell
    const auto size = std::filesystem::file_size(file, error);
    Progress progress(fmt::format("bytes of {}", noted.name), error ? 0 : size);
    noted.sha256 = sha256_of(file, [&](std::string_view block) {
        noted.bytes += static_cast<std::int64_t>(block.size());
        progress.advance(block.size());
        on_block(block);
    });
    return noted;
}

void write_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
    write_private_file(folder / Manifest::kFile,
                       boost::json::serialize(boost::json::value_from(manifest)) + "\n");
}

/// Throws std::runtime_error unless it is one that a backup writes.
void must_be_whole(const Manifest& manifest) {
    std::set<std::string_view> names;
    for (const BackedUpFile& each : manifest.files) {
        if (!is_ours(each.name) || !names.insert(each.name).second) {
            throw std::runtime_error(
                fmt::format("it names a file '{}', which no backup has, or twice", each.name));
        }
    }
    const bool is_dump = manifest.engine == "postgres";
    const bool has_database = std::any_of(names.begin(), names.end(), [](std::string_view name) {
        return !service_of(name).empty();
    });
    const bool is_of_its_engine = names.contains(kDumpInBackup) == is_dump &&
                                  has_database != is_dump &&
                                  (!is_dump || manifest.files.front().name == kDumpInBackup);
    if (!is_of_its_engine || (!is_dump && manifest.engine != "sqlite")) {
        throw std::runtime_error("its files are not those of a backup");
    }
}

Manifest read_manifest(const std::filesystem::path& folder) {
    const auto file = folder / Manifest::kFile;
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        throw std::runtime_error(
            fmt::format("'{}' is no backup, as it has no {}: give the folder of one, which is "
                        "named by its time",
                        folder.string(), Manifest::kFile));
    }
    Manifest manifest;
    try {
        const auto json = boost::json::parse(read_plain_file(file));
        const auto format = json.as_object().at("format").to_number<std::int64_t>();
        if (format > Manifest::kFormat) {
            throw std::runtime_error("it is of a later version of stoa, which can read it");
        }
        manifest = boost::json::value_to<Manifest>(json);
        must_be_whole(manifest);
    } catch (const std::exception& fault) {
        throw std::runtime_error(
            fmt::format("can't use '{}': {}; take another backup", file.string(), fault.what()));
    }
    return manifest;
}

int compare_with_manifest(const std::filesystem::path& folder, const Manifest& manifest,
                          const std::filesystem::path& copies) {
    int unsound = 0;
    for (const BackedUpFile& file : manifest.files) {
        std::string what;
        if (copies.empty()) {
            what = difference(folder / file.name, file, [](std::string_view) {});
        } else {
            NewFile copy(copies / file.name);
            what = difference(folder / file.name, file, [&](auto block) { copy.write(block); });
        }
        fmt::print("{:<13} {}\n", file.name, what.empty() ? "is what was written" : what);
        if (!what.empty()) ++unsound;
    }
    return unsound;
}

}  // namespace stoa
