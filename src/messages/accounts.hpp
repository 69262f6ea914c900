#pragma once

#include "platform/auth/caller.hpp"
#include "platform/http/client.hpp"
#include "platform/task.hpp"

namespace stoa::messages {

/// What this service asks the users service, over HTTP.
class Accounts {
  public:
    explicit Accounts(http::Client& users) : users_(users) {}

    /// Whether the users service says that there is no such account. False if it can't be asked: a message is
    /// not refused because another service is away.
    Task<bool> known_not_to_exist(Username name, http::Trace trace);

  private:
    http::Client& users_;
};

}  // namespace stoa::messages
