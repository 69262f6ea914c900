#pragma once

#include "platform/auth/caller.hpp"
#include "platform/auth/key_set.hpp"
#include "platform/auth/passwords.hpp"
#include "platform/auth/token_issuer.hpp"
#include "platform/db/database.hpp"
#include "platform/http/client_address.hpp"
#include "platform/http/gate.hpp"
#include "platform/http/idempotency.hpp"
#include "platform/http/server.hpp"
#include "platform/ops/metrics.hpp"
#include "platform/worker_pool.hpp"
#include "users/guesses.hpp"

#include <chrono>
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

/// Where a data folder's signing keys are, if nobody says otherwise.
std::filesystem::path default_keys(const std::filesystem::path& data);

struct HashingOptions {
    HashCost cost;
    std::size_t threads = 1;  ///< each takes the memory of a hash
    std::size_t queue = 64;   ///< hashes that may wait; one more is refused
};

struct LimitOptions {
    http::Limits::Rates rates{
        {{50, 500}, {5, 100}, {0.2, 20}, {0.02, 20}}};  ///< by http::LimitClass
    http::Rate guesses{0.03, 10};  ///< wrong passwords for one account from one network
};

struct DatabaseOptions {
    std::string uri;            ///< of a PostgreSQL database; empty: SQLite files among the data
    std::string replicas = {};  ///< URI of read-only copies that reads may go to; empty: none
    std::size_t commit_group = 1'024;  ///< SQLite: writes that share a commit, at most
    std::size_t writers = 4;  ///< PostgreSQL: connections for writes, of each service and thread
    std::chrono::milliseconds timeout{5'000};  ///< PostgreSQL: for an answer

    bool is_shared() const { return !uri.empty(); }
};

struct SiteOptions {
    std::vector<std::string> services;  ///< which of kServices
    std::filesystem::path data = "./data";
    DatabaseOptions database = {};
    Auth auth = Auth::required;
    std::filesystem::path keys = {};  ///< the signing keys' file; empty: default_keys()
    std::string users_url = {};       ///< where other processes' accounts and keys are asked for
    std::string posts_url = {};       ///< where posts' authors are asked for
    std::chrono::seconds token_lifetime{900};
    std::chrono::seconds session_lifetime = std::chrono::hours(24 * 30);
    std::chrono::seconds forget_after = std::chrono::hours(24 * 30);  ///< from a deactivation on
    HashingOptions hashing = {};
    std::size_t threads = 1;                    ///< I/O threads, among which the cache is divided
    std::size_t cache = std::size_t{64} << 20;  ///< bytes, for answers that may be told again
    bool has_chores = true;                     ///< wipes those who left, passes karma on
    bool is_limited = true;
    LimitOptions limits = {};
    std::vector<std::string> trusted_proxies = {"127.0.0.0/8", "::1/128"};
    http::ForwardedField forwarded_field = http::ForwardedField::x_forwarded_for;

    std::filesystem::path keys_file() const { return keys.empty() ? default_keys(data) : keys; }
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

    bool has(std::string_view service) const;

    SiteOptions options_;
    Metrics& metrics_;
    WorkerPool hashing_;
    KeyRing keys_;
    std::optional<TokenIssuer> issuer_;  ///< with the users service alone
    http::ClientAddresses addresses_;
    std::optional<http::Limits> limits_;
    std::optional<users::Guesses> guesses_;  ///< likewise
    bool has_housekeeper_ = false;  ///< whether a thread does what is done once in a process
    std::map<std::string, Storage> storage_;  ///< by service
    std::string openapi_;
};

/// The OpenAPI document of these services.
std::string openapi_of(const std::vector<std::string>& services);

}  // namespace stoa
