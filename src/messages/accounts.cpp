#include "messages/accounts.hpp"

namespace stoa::messages {

Task<bool> Accounts::known_not_to_exist(Username name, http::Trace trace) {
    const auto answer = co_await users_.get("/api/v1/users/" + name.str(), trace);
    co_return answer && answer->status == 404;
}

}  // namespace stoa::messages
