#include "platform/db/sqlite/library.hpp"

#include <sqlite3.h>

namespace stoa::db::sqlite {

std::string library_version() { return sqlite3_libversion(); }

}  // namespace stoa::db::sqlite
