#pragma once

#include "platform/db/database.hpp"
#include "platform/http/gate.hpp"
#include "platform/ops/metrics.hpp"
#include "platform/worker_pool.hpp"

#include <filesystem>
#include <string>

/// What of a site's parts is told to those who watch it, each under the names of docs/metrics.md. What is watched must outlive `metrics`'
/// last text.
namespace stoa {

/// `is_shared`: the database is a server of several processes.
void watch_database(Metrics& metrics, const std::string& service, const db::Database& database,
                    bool is_shared);
void watch_limits(Metrics& metrics, const http::Limits& limits);
void watch_passwords(Metrics& metrics, const WorkerPool& hashing);
/// The space on the disk of a folder.
void watch_folder(Metrics& metrics, const std::filesystem::path& folder);

}  // namespace stoa
