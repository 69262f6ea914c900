#pragma once

#include "platform/auth/caller.hpp"
#include "platform/auth/passwords.hpp"
#include "platform/db/database.hpp"
#include "platform/http/idempotency.hpp"
#include "platform/http/rate_limit.hpp"
#include "platform/http/server.hpp"
#include "platform/ops/metrics.hpp"
#include "platform/worker_pool.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoa {

/// The services' names, in the order of their default ports (8081, …).
inline constexpr std::string_view kServices[] = {"posts", "votes", "users", "messages"};

struct SiteOptions {
    std::vector<std::string> services;  ///< which of kServices
    std::filesystem::path data = "./data";
    Auth auth = Auth::open;
    std::string users_url = {};  ///< where the messages service asks for accounts
    HashCost hash_cost = {};
    std::optional<http::Rate> rate = {};  ///< nothing: no limits
};

/// The services of one process, and what their threads share: databases, a pool for slow work, counts.
class Site {
  public:
    /// Opens the databases. Throws std::runtime_error, with what to do, if that can't be done.
    Site(SiteOptions options, Metrics& metrics);
    ~Site();
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    /// The services for one I/O thread. `is_draining` tells whether the server is about to end.
    std::unique_ptr<http::Application> application(Loop& loop, ThreadMetrics& metrics,
                                                   std::function<bool()> is_draining);

  private:
    class ThreadApplication;
    struct Storage {
        std::unique_ptr<db::Database> database;
        http::KeysInFlight keys;
    };

    SiteOptions options_;
    Metrics& metrics_;
    WorkerPool hashing_;
    std::optional<http::RateLimiter> limiter_;
    std::map<std::string, Storage> storage_;  ///< by service
    std::string openapi_;
};

/// The OpenAPI document of these services.
std::string openapi_of(const std::vector<std::string>& services);

}  // namespace stoa
