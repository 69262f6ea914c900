#include "commands/site_metrics.hpp"

#include "commands/data_folder.hpp"

#include <cstdint>
#include <functional>
#include <utility>

namespace stoa {

namespace {

using db::Statistics;

/// Adds what is read of one database's statistics.
class DatabaseMetrics {
  public:
    DatabaseMetrics(Metrics& metrics, std::string service, const db::Database& database)
        : metrics_(metrics), service_(std::move(service)), database_(database) {}

    template <class Number>
    void add(const std::string& name, std::string help, Number Statistics::*value) {
        metrics_.add("stoa_database_" + name, std::move(help), {{"service", service_}},
                     [&database = database_, value] {
                         return static_cast<double>(database.statistics().*value);
                     });
    }

    void add(const std::string& name, std::string help, Distribution Statistics::*values) {
        metrics_.add_histogram(
            "stoa_database_" + name, std::move(help), {{"service", service_}},
            [&database = database_, values] { return database.statistics().*values; });
    }

  private:
    Metrics& metrics_;
    std::string service_;
    const db::Database& database_;
};

/// A share of the disk that a folder is on; nothing where that can't be told.
double space(const std::filesystem::path& folder,
             std::uintmax_t std::filesystem::space_info::*part) {
    std::error_code none;
    const auto info = std::filesystem::space(folder, none);
    return none ? 0.0 : static_cast<double>(info.*part);
}

}  // namespace

void watch_database(Metrics& metrics, const std::string& service, const db::Database& database,
                    bool is_shared) {
    DatabaseMetrics of(metrics, service, database);
    metrics.add("stoa_database_up", "Whether it takes writes, as far as is known.",
                {{"service", service}},
                [&database] { return database.statistics().takes_writes ? 1.0 : 0.0; });
    of.add("transactions_total", "Writes that became durable.", &Statistics::transactions);
    of.add("commits_total", "Groups in which writes became durable.", &Statistics::commits);
    of.add("refused_total", "Statements refused because too many waited.", &Statistics::refused);
    of.add("slow_queries_total", "Statements that took longer than --slow-query.",
           &Statistics::slow);
    of.add("queue", "Writes waiting now.", &Statistics::queued);
    of.add("commit_duration_seconds", "Time of a commit, until it was durable.",
           &Statistics::commit_time);
    if (is_shared) {
        of.add("run_again_total", "Writes run once more, after a clash or a lost connection.",
               &Statistics::run_again);
        of.add("lost_total", "Runs of writes whose connection was lost.", &Statistics::lost);
        of.add("replica_behind_seconds",
               "With --database-replicas: age of the latest that all copies that are read have.",
               &Statistics::seconds_behind);
        of.add("connections", "Connections to the server, open now.", &Statistics::connections);
        return;
    }
    of.add("group_size", "Writes that shared a commit.", &Statistics::group_size);
    of.add("checkpoints_total", "Copies of the log into the database.", &Statistics::checkpoints);
    of.add("checkpoint_duration_seconds", "Time of a copy of the log into the database.",
           &Statistics::checkpoint_time);
    of.add("damage_total", "Statements that found the file damaged, or could not read it.",
           &Statistics::damaged);
    of.add("size_bytes", "Size of the database's file.", &Statistics::bytes);
    of.add("log_size_bytes", "Size of its write-ahead log.", &Statistics::log_bytes);
}

void watch_limits(Metrics& metrics, const http::Limits& limits) {
    for (std::size_t i = 0; i < http::kLimitClasses.size(); ++i) {
        const Metrics::Labels labels{{"class", std::string(http::kLimitClasses.at(i))}};
        const http::TokenBuckets& buckets = limits.of(i);
        metrics.add("stoa_limits_callers", "Accounts and networks whose requests are counted.",
                    labels, [&buckets] { return static_cast<double>(buckets.size()); });
        metrics.add("stoa_limits_refused_total",
                    "Requests refused because their caller asked for too much.", labels,
                    [&buckets] { return static_cast<double>(buckets.refused()); });
    }
}

void watch_passwords(Metrics& metrics, const WorkerPool& hashing) {
    metrics.add("stoa_password_hashes_waiting", "Passwords waiting to be hashed.", {},
                [&hashing] { return static_cast<double>(hashing.waiting()); });
    metrics.add("stoa_password_hashes_total", "Passwords hashed.", {},
                [&hashing] { return static_cast<double>(hashing.done()); });
    metrics.add("stoa_password_hashes_refused_total",
                "Passwords not hashed because too many waited.", {},
                [&hashing] { return static_cast<double>(hashing.refused()); });
}

void watch_folder(Metrics& metrics, const std::filesystem::path& folder) {
    using std::filesystem::space_info;
    metrics.add("stoa_data_disk_free_bytes", "Space that is left on the data folder's disk.", {},
                [folder] { return space(folder, &space_info::available); });
    metrics.add("stoa_data_disk_size_bytes", "Size of the data folder's disk.", {},
                [folder] { return space(folder, &space_info::capacity); });
    metrics.add("stoa_backup_last_success_timestamp_seconds",
                "When the newest backup began that was made of the data folder; 0: none was.", {},
                [folder] {
                    const auto begun_at = last_backup(folder).value_or(Timestamp{});
                    return static_cast<double>(begun_at.milliseconds) / 1'000;
                });
}

}  // namespace stoa
