#pragma once

#include "platform/db/database.hpp"
#include "platform/db/postgres/handles.hpp"

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace stoa::db::postgres {

/// What a server says went wrong with a statement. Does not leave the engine: see throw_as_problem().
class Failure : public std::runtime_error {
  public:
    explicit Failure(const PGresult* result);

    /// Five characters: PostgreSQL's documentation, appendix A.
    const std::string& sqlstate() const { return sqlstate_; }

    /// Whether the transaction ran into another one, which its next run would not or would see.
    bool is_a_clash() const;

    /// Whether it is a clash that ends with a broken constraint: two of the same at once, or what was there all along.
    bool is_a_violation() const { return sqlstate_ == "23505"; }

    /// Whether this server is of no use any more: it ends, or has become a replica.
    bool is_of_the_server() const;

    /// Throws what it means to the engine's users: a Problem or, where the program is at fault, std::logic_error. It is logged.
    [[noreturn]] void throw_as_problem(const std::string& sql) const;

  private:
    std::string sqlstate_;
    bool ends_connection_ = false;
};

/// What libpq says last went wrong with a connection.
std::string error_of(const PGconn* connection);

/// Gives every row of a result.
void read_rows(const PGresult* result, const OnRow& on_row);

/// Values as libpq takes them, in text; they must outlive it.
class Parameters {
  public:
    explicit Parameters(std::span<const Value> values);

    int count() const { return static_cast<int>(texts_.size()); }
    const char* const* texts() const { return texts_.data(); }
    /// 0: as the statement has it.
    const Oid* types() const { return types_.data(); }

  private:
    std::vector<std::string> numbers_;
    std::vector<const char*> texts_;
    std::vector<Oid> types_;
};

}  // namespace stoa::db::postgres
