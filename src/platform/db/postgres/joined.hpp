#pragma once

#include "platform/db/postgres/statement.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace stoa::db::postgres {

/// Reads of one query by different keys that are sent as one: a server does most of its work for a statement, not for a row.
class Joined {
  public:
    /// So many at once, so that none waits long for the others' rows.
    static constexpr std::size_t kMost = 64;

    /// `query` is `for_many()` of that of the parts.
    Joined(const Query& query, std::span<Statement* const> parts);
    Joined(const Joined&) = delete;
    Joined& operator=(const Joined&) = delete;

    /// Whether it can be a part: a query by one number.
    static bool takes(const Statement& statement);

    /// What is sent. Its rows go to the parts.
    Statement& whole() { return whole_; }

    std::size_t size() const { return parts_.size(); }

    /// Its end is the end of each part.
    std::span<Statement* const> ended(Statement::Outcome outcome);

  private:
    void give(const Row& row);

    std::vector<Statement*> parts_;
    std::array<Value, 1> keys_;
    OnRow on_row_;
    Statement whole_;
};

/// The query that answers `$1` for each number in an array, with the place of the number before the row.
std::string for_many(const std::string& sql);

/// The reads of a turn that may be joined, by their queries.
class Joining {
  public:
    void add(Statement& statement) { waiting_[&statement.query].push_back(&statement); }
    std::size_t size() const;

    /// What waits, which waits no more.
    std::vector<Statement*> drop();

    /// Calls `alone(Statement&)` or `joined(std::unique_ptr<Joined>)` for what waits.
    template <class Alone, class Together>
    void take(const Alone& alone, const Together& together) {
        for (auto& [query, statements] : waiting_) {
            std::span<Statement* const> left = statements;
            while (!left.empty()) {
                const auto some = left.first(std::min(left.size(), Joined::kMost));
                left = left.subspan(some.size());
                if (some.size() == 1) {
                    alone(*some.front());
                } else {
                    together(std::make_unique<Joined>(many(*query), some));
                }
            }
            statements.clear();
        }
    }

  private:
    const Query& many(const Query& query);

    std::unordered_map<const Query*, std::vector<Statement*>> waiting_;
    std::unordered_map<const Query*, std::unique_ptr<Query>> many_;
};

}  // namespace stoa::db::postgres
