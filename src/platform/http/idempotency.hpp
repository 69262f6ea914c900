#pragma once

#include "platform/auth/seal.hpp"
#include "platform/db/database.hpp"
#include "platform/http/message.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

/// Idempotency keys (draft-ietf-httpapi-idempotency-key-header): a request that is sent again because its answer
/// was lost has one effect. The first answer is kept in the transaction that made it, so it is there if and only
/// if its effect is.
namespace stoa::http {

/// The folder of the table's schema, below src/, with one in it for each engine.
inline constexpr std::string_view kIdempotencySchema = "platform/http/schema";

/// A request's key, as it is kept.
struct IdempotencyKey {
    std::string caller;  ///< a key means something to its caller alone; in lower case
    std::string key;
    std::string fingerprint;     ///< of what was asked for
    const Seal* seal = nullptr;  ///< with which the answer is kept, if it is secret

    /// The key of a request, if it carries one. Of callers that are not known (no `caller`), only who asks for exactly the
    /// same is the same. With a seal, neither fingerprint nor answer tell anything to who has the database alone: a
    /// password can't be guessed from them. Throws Problem 422 if the key is not 1 to 255 printable ASCII characters.
    static std::optional<IdempotencyKey> of(const Request& request,
                                            const std::optional<std::string>& caller,
                                            const Seal* seal = nullptr);
};

/// Thrown inside a transaction to undo it and answer what was answered before.
struct Replay {
    Response response;
};

/// Keeps other processes from answering a request with this key until the transaction ends.
Task<> hold(db::Transaction& tx, const IdempotencyKey& key);

/// Throws Replay if the key was used before for the same request; Problem 422 if for another.
Task<> replay_if_known(db::Executor& db, const IdempotencyKey& key);

Task<> remember(db::Transaction& tx, const IdempotencyKey& key, const Response& response);

/// The keys whose first request is being answered by this process.
class KeysInFlight {
  public:
    /// Holds a key while it lives. Throws Problem 409 if it is held already.
    class Hold {
      public:
        Hold(KeysInFlight& keys, const IdempotencyKey& key);
        ~Hold();
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

      private:
        KeysInFlight& keys_;
        std::string id_;
    };

  private:
    std::mutex mutex_;
    std::unordered_set<std::string> held_;
};

}  // namespace stoa::http
