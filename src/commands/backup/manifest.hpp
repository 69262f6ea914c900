#pragma once

#include "platform/json/timestamp.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What a backup is: a folder with a file for each service (or one for all, of a PostgreSQL database), the keys and a manifest.
namespace stoa {

struct TableRows {
    std::string table;
    std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(TableRows, (), (table, rows))

struct BackedUpFile {
    std::string name;
    std::int64_t bytes = 0;
    std::string sha256;              ///< in hex
    std::string as_of;               ///< RFC 3339; what was acknowledged before is in it
    std::vector<std::string> steps;  ///< of the schema
    std::vector<TableRows> tables;
};
BOOST_DESCRIBE_STRUCT(BackedUpFile, (), (name, bytes, sha256, as_of, steps, tables))

struct Manifest {
    static constexpr std::string_view kFile = "manifest.json";
    static constexpr std::int64_t kFormat = 1;

    std::int64_t format = kFormat;
    std::string program;   ///< that made it
    std::string engine;    ///< sqlite or postgres
    std::string begun_at;  ///< RFC 3339: what was acknowledged before is in the backup
    std::string ended_at;
    std::vector<BackedUpFile> files;
};
BOOST_DESCRIBE_STRUCT(Manifest, (), (format, program, engine, begun_at, ended_at, files))

inline constexpr std::string_view kKeysInBackup = "keys.json";
inline constexpr std::string_view kDumpInBackup = "database.dump";

/// The order in which services are copied: who refers to others before those. So a post that a vote counts, and the user whose post or message it is, are in
/// the backup.
inline constexpr std::string_view kCopyOrder[] = {"votes", "posts", "messages", "users"};

using OnBlock = std::function<void(std::string_view block)>;

/// Reads a file that is in the folder and notes its size and checksum. What is read is given to `on_block`.
BackedUpFile noted_of(
    const std::filesystem::path& file, const OnBlock& on_block = [](std::string_view) {});

void write_manifest(const std::filesystem::path& folder, const Manifest& manifest);

/// Throws std::runtime_error, with what to do, if the folder is no backup, or one of a later version.
Manifest read_manifest(const std::filesystem::path& folder);

/// Reads each file once, looks whether it is there and what it was, and prints a line for each. Gives how many are not. What is read is written to
/// the folder `copies`, too, if it is not empty.
int compare_with_manifest(const std::filesystem::path& folder, const Manifest& manifest,
                          const std::filesystem::path& copies);

/// "2026-11-26T03-24-13.512Z": in the order of time, and good as a file's name everywhere.
std::string as_name(Timestamp time);

/// For people: "1.2 MiB", "48.0 KiB".
std::string told_bytes(std::int64_t bytes);

/// The service whose database a file of a backup is; empty: it is none's.
std::string_view service_of(std::string_view file);

}  // namespace stoa
