#pragma once

#include "platform/db/pages.hpp"
#include "platform/db/postgres/database.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stoa::db::postgres {

class Direct;

/// A service's schema in a database that rows are moved into from elsewhere: table by table, in the order of the key, and resumable:
/// rows become durable together with the note of how many they are, and the last of them says where to go on. The notes stand in
/// a table of their own, which goes with finish(); until then no server starts on the schema. Every call may throw
/// std::runtime_error.
class Target {
  public:
    /// For these tables; others there are of use to the engine alone. Makes the schema and brings it up to date. Throws, with what to do, if the database can't be used or somebody else
    /// moves rows there.
    Target(const Options& options, const std::set<std::string>& tables);
    ~Target();
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    enum class State {
        empty,
        begun,   ///< some rows may be there, perhaps not all
        filled,  ///< with rows: those of a move that has finished, or others
    };
    State state();

    /// None stands before one that its rows refer to.
    const std::vector<Table>& tables() const { return tables_; }

    /// From `empty` to `begun`. What a server that started there noted for itself is forgotten.
    void begin();

    /// How far a table was filled.
    struct Progress {
        std::uint64_t rows = 0;
        std::optional<Key> last;
    };
    Progress progress(const Table& table);

    /// Adds what `fill` gives to the function that it is called with, all or none. `fill` tells how many rows that were, and so
    /// does this.
    using Fill = std::function<std::size_t(const OnRow& add)>;
    std::size_t add(const Table& table, const Fill& fill);

    /// Of a table that gives out numbers: the highest that it gave out so far, or 0.
    std::int64_t last_number(const Table& table);

    /// Lets it go on after a number, or the one where it is if that is higher.
    void continue_after(const Table& table, std::int64_t number);

    /// Lets the server look at what is there now, for good plans.
    void analyze();

    Pages pages(const Table& table);

    /// From `begun` to `filled`.
    void finish();

  private:
    bool is_empty();
    std::unique_ptr<Direct> connection_;
    std::vector<Table> tables_;
};

}  // namespace stoa::db::postgres
