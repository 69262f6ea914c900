#include "platform/db/postgres/library.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

namespace stoa::db::postgres {

// From 10 on a major number, and four digits of the minor one.
std::string library_version() {
    return fmt::format("{}.{}", PQlibVersion() / 10'000, PQlibVersion() % 10'000);
}

}  // namespace stoa::db::postgres
