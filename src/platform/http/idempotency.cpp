#include "platform/http/idempotency.hpp"

#include "platform/problem.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <stdexcept>

namespace stoa::http {

namespace {

constexpr std::int64_t kDay = 86'400'000;  // milliseconds

struct Kept {
    std::string fingerprint;
    int status = 0;
    std::optional<std::string> location;
    std::string body;
};
BOOST_DESCRIBE_STRUCT(Kept, (), (fingerprint, status, location, body))

const db::Query kFind{"select " + db::columns<Kept>() +
                      " from idempotency_keys where caller = $1 and key = $2 and created_at > $3"};
const db::Query kInsert{
    "insert into idempotency_keys (caller, key, fingerprint, status, location, body, created_at) "
    "values ($1, $2, $3, $4, $5, $6, $7) on conflict (caller, key) do update set fingerprint = "
    "excluded.fingerprint, status = excluded.status, location = excluded.location, body = "
    "excluded.body, created_at = excluded.created_at"};
// Some at a time, so that no write pays for a day's keys; and by few, as they would wait for each other.
const db::Query kForgetOld{
    "delete from idempotency_keys where (caller, key) in (select caller, key from idempotency_keys "
    "where created_at <= $1 order by created_at limit 100)"};

bool is_one_of_many(const IdempotencyKey& key) {
    constexpr std::uint64_t many = 32;
    return XXH3_64bits(key.key.data(), key.key.size()) % many == 0;
}

std::string fast_hash(std::string_view text) {
    const auto hash = XXH3_128bits(text.data(), text.size());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

std::optional<IdempotencyKey> IdempotencyKey::of(const Request& request,
                                                 const std::optional<std::string>& caller,
                                                 const Seal* seal) {
    if (!request.idempotency_key) return std::nullopt;
    const std::string_view key = *request.idempotency_key;
    const bool printable =
        std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
    if (key.empty() || key.size() > 255 || !printable) {
        throw Problem::status(422,
                              "`Idempotency-Key` must have 1 to 255 printable ASCII characters.");
    }
    const std::string asked = fmt::format("{} {}?{}\n{}", name_of(request.method), request.path,
                                          request.query, request.body);
    std::string fingerprint = seal ? seal->hash("idempotency", asked) : fast_hash(asked);
    // A name has no dot.
    std::string owner = caller ? *caller : "." + fingerprint;
    return IdempotencyKey{std::move(owner), std::string(key), std::move(fingerprint), seal};
}

Task<> hold(db::Transaction& tx, const IdempotencyKey& key) {
    return tx.lock(db::topic("idempotency key", key.caller + ' ' + key.key));
}

Task<> replay_if_known(db::Executor& db, const IdempotencyKey& key) {
    auto kept =
        co_await db.one<Kept>(kFind, key.caller, key.key, Timestamp::now().milliseconds - kDay);
    if (!kept) co_return;
    if (kept->fingerprint != key.fingerprint) {
        throw Problem::status(
            422, "This `Idempotency-Key` was used for another request; take a new one.");
    }
    Response answer;
    answer.status = kept->status;
    auto body = key.seal ? key.seal->open(kept->body) : std::move(kept->body);
    if (!body) throw std::runtime_error("an idempotency key's answer was sealed with another key");
    answer.body = std::move(*body);
    if (kept->location) answer.headers.emplace_back("Location", std::move(*kept->location));
    answer.headers.emplace_back("Idempotency-Replayed", "true");
    throw Replay{std::move(answer)};
}

Task<> remember(db::Transaction& tx, const IdempotencyKey& key, const Response& response) {
    const auto location =
        std::find_if(response.headers.begin(), response.headers.end(),
                     [](const Header& header) { return header.first == "Location"; });
    std::optional<std::string> place;
    if (location != response.headers.end()) place = location->second;
    const auto now = Timestamp::now().milliseconds;
    const std::string body = key.seal ? key.seal->close(response.body) : response.body;
    co_await tx.execute(kInsert, key.caller, key.key, key.fingerprint, response.status, place, body,
                        now);
    if (is_one_of_many(key)) co_await tx.execute(kForgetOld, now - kDay);
}

KeysInFlight::Hold::Hold(KeysInFlight& keys, const IdempotencyKey& key)
    : keys_(keys), id_(key.caller + ' ' + key.key) {
    const std::lock_guard lock(keys_.mutex_);
    if (!keys_.held_.insert(id_).second) {
        throw Problem::conflict(
            "A request with this `Idempotency-Key` is being answered; ask again.");
    }
}

KeysInFlight::Hold::~Hold() {
    const std::lock_guard lock(keys_.mutex_);
    keys_.held_.erase(id_);
}

}  // namespace stoa::http
