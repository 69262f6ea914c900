#pragma once

#include "platform/db/database.hpp"
#include "platform/http/message.hpp"

/// How a client reads what it has written where reads go to copies of the database: each answer to a write has a cookie with the time, and
/// whoever shows it reads from a copy only if that has seen all until then. ("Read your writes" of Terry et al., Session Guarantees
/// for Weakly Consistent Replicated Data, 1994.) Nothing is kept here: a request carries all that is needed, to any process.
namespace stoa::http {

/// How new what a request reads must be. Who shows no cookie and may have written reads the latest: whoever has a token, or, where
/// tokens are not asked for (`anybody_writes`), everybody.
db::Freshness freshness_of(const Request& request, bool anybody_writes);

/// Says that a client has written just now; where it failed (5xx), that it may do so for a few seconds yet: that is not always known.
Header written(int status);

}  // namespace stoa::http
