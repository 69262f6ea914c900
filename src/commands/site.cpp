#include "commands/site.hpp"

#include "commands/data_folder.hpp"
#include "commands/databases.hpp"
#include "commands/site_metrics.hpp"
#include "messages/service.hpp"
#include "platform/embedded.hpp"
#include "platform/http/openapi.hpp"
#include "platform/http/remote_keys.hpp"
#include "platform/http/written.hpp"
#include "platform/ops/memory.hpp"
#include "posts/service.hpp"
#include "users/service.hpp"
#include "votes/karma.hpp"
#include "votes/service.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

namespace stoa {

namespace {

using namespace std::chrono_literals;

/// Services with operations that take a db::Reading.
constexpr std::array kRead{posts::Service::kName, votes::Service::kName};

bool is_read(std::string_view service) {
    return std::find(kRead.begin(), kRead.end(), service) != kRead.end();
}

std::unique_ptr<db::Database> open_database(const SiteOptions& options, std::string_view service) {
    if (options.database.is_shared()) {
        auto database = database_at(service, options.database.uri);
        if (is_read(service)) database.replicas = options.database.replicas;
        database.writers = options.database.writers;
        database.patience = options.database.timeout;
        database.slow_query = options.database.slow_query;
        return db::postgres::open(database);
    }
    auto database = database_of(service, options.data);
    database.group = options.database.commit_group;
    database.slow_query = options.database.slow_query;
    return db::sqlite::open(database);
}

/// They may be missing on purpose, as after the restore of a backup without them. (A database refuses other keys.)
void warn_of_lost_keys(const SiteOptions& options) {
    const auto& services = options.services;
    const bool has_users =
        std::find(services.begin(), services.end(), users::Service::kName) != services.end();
    const auto users = db::sqlite::database_file(database_of(users::Service::kName, options.data));
    if (!has_users || options.database.is_shared() || !exists(users) || exists(options.keys_file()))
        return;
    spdlog::warn(
        "the keys are not at '{}', though there are users already: new ones are made, so everybody "
        "has to log in again, and the emails of users who were wiped are free again. If the file "
        "is lost, stop, put it back (each backup has it), and start again",
        options.keys_file().string());
}

std::string_view docs_page() {
    const auto files = embedded_files();
    const auto page = std::find_if(files.begin(), files.end(), [](const EmbeddedFile& file) {
        return file.path == "platform/http/docs.html";
    });
    return page->content;
}

template <class Service>
void describe_if_asked(const std::vector<std::string>& services,
                       std::vector<http::Operation>& operations, std::vector<http::Tag>& tags) {
    if (std::find(services.begin(), services.end(), Service::kName) == services.end()) return;
    Service::declare(http::Routes<Service>(operations));
    tags.push_back({Service::kName, Service::kAbout});
}

}  // namespace

std::string openapi_of(const std::vector<std::string>& services) {
    std::vector<http::Operation> operations;
    std::vector<http::Tag> tags;
    describe_if_asked<posts::Service>(services, operations, tags);
    describe_if_asked<votes::Service>(services, operations, tags);
    describe_if_asked<users::Service>(services, operations, tags);
    describe_if_asked<messages::Service>(services, operations, tags);
    return http::openapi_document(operations, tags);
}

/// The services on one I/O thread: sessions of their databases, and the routes to their operations.
class Site::ThreadApplication final : public http::Application {
  public:
    ThreadApplication(Site& site, Loop& loop, ThreadMetrics& metrics,
                      std::function<bool()> is_draining)
        : site_(site),
          loop_(loop),
          metrics_(metrics),
          router_(metrics),
          gate_({site.options_.auth, site.keys_, site.addresses_,
                 site.limits_ ? &*site.limits_ : nullptr}),
          is_draining_(std::move(is_draining)),
          is_housekeeper_(!std::exchange(site.has_housekeeper_, true)) {
        // Own routes are not limited: who watches a process must always get an answer.
        add_own_routes();
        router_.set_guard([this](http::Request& request) { gate_.admit_unrouted(request); });
        add_if_asked<posts::Service>([](db::Session&) { return posts::Service(); });
        add_votes();
        add_users();
        add_if_asked<messages::Service>([&](db::Session& db) {
            return messages::Service(db, messages::Accounts(users_client()));
        });
        if (is_housekeeper_ && site_.options_.database.is_shared()) exchange_limits();
        if (is_housekeeper_) {
            loop_.every(5s, []() -> Task<> {
                give_back_free_memory();
                co_return;
            });
        }
        const bool needs_keys = site.options_.auth == Auth::required && !site.issuer_;
        if (is_housekeeper_ && needs_keys) fetch_keys();
    }

    Task<http::Response> handle(http::Request& request) override {
        const bool is_read = request.method == http::Method::get ||
                             request.method == http::Method::head ||
                             request.method == http::Method::options;
        if (is_read || site_.options_.database.replicas.empty()) return router_.handle(request);
        return handle_write(request);
    }

  private:
    /// One service: its session and what its endpoints stand on, then itself.
    struct Part {
        std::unique_ptr<db::Session> session;
        std::unique_ptr<http::AnswerCache> cache;
        std::unique_ptr<http::Foundation> foundation;
        std::shared_ptr<void> service;
    };

    Task<http::Response> handle_write(http::Request& request) {
        auto response = co_await router_.handle(request);
        response.headers.push_back(http::written(response.status));
        co_return response;
    }

    void add_votes() {
        add_if_asked<votes::Service>([&](db::Session& db) {
            if (is_housekeeper_ && site_.options_.has_chores) move_karma(db);
            return votes::Service(db);
        });
    }

    /// Karma is changed by who may: with the keys, a process can say that it is a service.
    void move_karma(db::Session& db) {
        const SiteOptions& options = site_.options_;
        posts_client_ = std::make_unique<http::Client>(loop_, options.posts_url);
        karma_ =
            std::make_shared<votes::Karma>(db, *posts_client_, users_client(),
                                           OwnToken(options.keys_file(), votes::Service::kName));
        loop_.every(200ms, [this] { return karma_->pass_on(); });
        site_.metrics_.add(
            "stoa_karma_waiting",
            "Posts and authors whose karma was on its way when it was last looked, up to 100 each.",
            {}, [karma = karma_] { return static_cast<double>(karma->waiting()); });
    }

    /// With the other processes that use the database.
    void exchange_limits() {
        if (!site_.limits_) return;
        exchange_ = std::make_unique<http::LimitExchange>(*parts_.front().session);
        site_.limits_->join(*exchange_);
        if (site_.guesses_) site_.guesses_->join(*exchange_);
        loop_.every(1s, [this] { return exchange_->exchange(); });
    }

    void add_users() {
        const auto service = add_if_asked<users::Service>([&](db::Session& db) {
            const SiteOptions& options = site_.options_;
            return users::Service(
                db, {Passwords(site_.hashing_, loop_, options.hashing.cost), *site_.issuer_,
                     *site_.guesses_, options.session_lifetime, options.forget_after});
        });
        if (!service || !is_housekeeper_) return;
        if (site_.options_.has_chores)
            loop_.every(5s, [users = service.get()] { return users->wipe_leavers(); });
        loop_.every(1s, [this]() -> Task<> {
            site_.issuer_->refresh();
            co_return;
        });
    }

    /// Tokens are checked without the users service, but with its keys.
    void fetch_keys() {
        const auto copy = site_.options_.data / (site_.options_.services.front() + ".jwks.json");
        remote_keys_ = std::make_unique<http::RemoteKeys>(users_client(), copy, site_.keys_);
        loop_.every(1s, [this] { return remote_keys_->refresh(); });
    }

    http::Client& users_client() {
        if (!users_client_) {
            users_client_ = std::make_unique<http::Client>(loop_, site_.options_.users_url);
        }
        return *users_client_;
    }

    template <class Service, class Make>
    std::shared_ptr<Service> add_if_asked(Make make) {
        const auto storage = site_.storage_.find(std::string(Service::kName));
        if (storage == site_.storage_.end()) return nullptr;
        Part part;
        part.session = storage->second.database->session(loop_);
        part.cache = cache_of<Service>();
        part.foundation = std::make_unique<http::Foundation>(http::Foundation{
            router_, gate_, *part.session, storage->second.keys, *part.cache, seal_of<Service>()});
        auto service = std::make_shared<Service>(make(*part.session));
        Service::declare(http::Routes<Service>(*service, *part.foundation));
        part.service = service;
        parts_.push_back(std::move(part));
        return service;
    }

    /// Answers of who changes alone are told again.
    template <class Service>
    std::unique_ptr<http::AnswerCache> cache_of() {
        const std::size_t bytes = site_.options_.cache / site_.options_.threads / kRead.size();
        if (!is_read(Service::kName) || bytes == 0) return std::make_unique<http::AnswerCache>(0);
        return std::make_unique<http::AnswerCache>(bytes, &metrics_.cache(Service::kName));
    }

    /// Passwords and tokens pass through the users service.
    template <class Service>
    const Seal* seal_of() const {
        return std::is_same_v<Service, users::Service> ? &site_.issuer_->seal() : nullptr;
    }

    /// What every process serves beside the API.
    void add_own_routes() {
        add_page(http::kAlivePath, "healthz", "application/json",
                 [] { return R"({"status":"alive"})"; });
        add_page(http::kMetricsPath, "metrics", "text/plain; version=0.0.4",
                 [this] { return site_.metrics_.text(); });
        add_page("/openapi.json", "openapi", "application/json", [this] { return site_.openapi_; });
        add_page("/docs", "docs", "text/html; charset=utf-8",
                 [] { return std::string(docs_page()); });
        if (site_.issuer_) {
            add_page(http::kJwksPath, "jwks", "application/json",
                     [this] { return to_jwks(*site_.keys_.keys()); });
        }
        router_.add(
            http::Method::get, http::kReadyPath,
            [this](http::Request&, const http::PathValues&) { return ready(); }, {}, "readyz");
    }

    template <class Content>
    void add_page(std::string_view path, std::string_view name, std::string_view type,
                  Content content) {
        router_.add(
            http::Method::get, path,
            [type, content](http::Request&, const http::PathValues&) -> Task<http::Response> {
                return page(type, content());
            },
            {}, name);
    }

    static Task<http::Response> page(std::string_view type, std::string content) {
        http::Response response;
        response.content_type = type;
        response.body = std::move(content);
        if (type.starts_with("text/html")) {
            response.content_security_policy =
                "default-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
                "img-src 'self' data:; frame-ancestors 'none'";
        }
        co_return response;
    }

    Task<http::Response> ready() {
        if (is_draining_()) {
            throw Problem::unavailable("This process is about to end.", std::chrono::seconds(1));
        }
        for (const Part& part : parts_) co_await part.session->check();
        if (site_.options_.auth == Auth::required && site_.keys_.keys()->empty()) {
            throw Problem::unavailable(
                "The users service has not told the keys yet that tokens are checked with.", 1s);
        }
        const std::string ready = R"({"status":"ready"})";
        co_return co_await page("application/json", ready);
    }

    Site& site_;
    Loop& loop_;
    ThreadMetrics& metrics_;
    http::Router router_;
    http::Gate gate_;
    std::function<bool()> is_draining_;
    bool is_housekeeper_;
    std::unique_ptr<http::Client> users_client_;
    std::unique_ptr<http::Client> posts_client_;
    std::shared_ptr<votes::Karma> karma_;  ///< metrics that other threads tell know it, too
    std::unique_ptr<http::RemoteKeys> remote_keys_;
    std::unique_ptr<http::LimitExchange> exchange_;
    std::vector<Part> parts_;
};

std::filesystem::path default_keys(const std::filesystem::path& data) { return data / "keys.json"; }

Site::Site(SiteOptions options, Metrics& metrics)
    : options_(std::move(options)),
      metrics_(metrics),
      hashing_(options_.hashing.threads, options_.hashing.queue),
      addresses_(options_.trusted_proxies, options_.forwarded_field),
      openapi_(openapi_of(options_.services)) {
    // Other processes change the database, too, without a word to this one's cache.
    if (options_.database.is_shared()) options_.cache = 0;
    if (options_.is_limited) limits_.emplace(options_.limits.rates);
    warn_of_lost_keys(options_);
    for (const std::string& service : options_.services) {
        must_not_be_lost(service, {.path = options_.data, .database = options_.database.uri});
        Storage& storage = storage_[service];
        storage.database = open_database(options_, service);
        watch_database(metrics_, service, *storage.database, options_.database.is_shared());
    }
    if (limits_) watch_limits(metrics_, *limits_);
    watch_folder(metrics_, options_.data);
    if (!has(users::Service::kName)) return;
    issuer_.emplace(options_.keys_file(), options_.token_lifetime, keys_);
    if (options_.database.is_shared()) {
        db::postgres::claim(database_at(users::Service::kName, options_.database.uri),
                            issuer_->seal().hash("owner", ""));
    }
    guesses_.emplace(options_.is_limited ? std::optional(options_.limits.guesses) : std::nullopt,
                     issuer_->seal());
    watch_passwords(metrics_, hashing_);
}

bool Site::has(std::string_view service) const { return storage_.contains(std::string(service)); }

Site::~Site() = default;

std::unique_ptr<http::Application> Site::application(Loop& loop, ThreadMetrics& metrics,
                                                     std::function<bool()> is_draining) {
    return std::make_unique<ThreadApplication>(*this, loop, metrics, std::move(is_draining));
}

}  // namespace stoa
