#pragma once

#include <libpq-fe.h>

#include <memory>

/// libpq's objects, owned.
namespace stoa::db::postgres {

using Handle = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

inline Handle no_connection() { return {nullptr, PQfinish}; }

}  // namespace stoa::db::postgres
