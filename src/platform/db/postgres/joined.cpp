#include "platform/db/postgres/joined.hpp"

#include <fmt/format.h>

#include <utility>

namespace stoa::db::postgres {

namespace {

/// The columns after the first.
class Rest final : public Row {
  public:
    explicit Rest(const Row& row) : row_(row) {}
    bool is_null(int column) const override { return row_.is_null(column + 1); }
    std::int64_t integer(int column) const override { return row_.integer(column + 1); }
    std::string_view text(int column) const override { return row_.text(column + 1); }

  private:
    const Row& row_;
};

/// The parts' numbers as PostgreSQL reads an array.
std::string array_of(std::span<Statement* const> parts) {
    std::string array;
    for (const Statement* part : parts) {
        array += fmt::format("{}{}", array.empty() ? '{' : ',',
                             std::get<std::int64_t>(part->values.front()));
    }
    return array + "}";
}

}  // namespace

bool Joined::takes(const Statement& statement) {
    return statement.values.size() == 1 &&
           std::holds_alternative<std::int64_t>(statement.values.front());
}

Joined::Joined(const Query& query, std::span<Statement* const> parts)
    : parts_(parts.begin(), parts.end()),
      keys_{array_of(parts)},
      on_row_([this](const Row& row) { give(row); }),
      whole_{query, keys_, on_row_} {}

void Joined::give(const Row& row) {
    Statement& part = *parts_.at(static_cast<std::size_t>(row.integer(0) - 1));
    if (part.error) return;
    try {
        part.on_row(Rest(row));
    } catch (...) {
        part.error = std::current_exception();
    }
}

std::span<Statement* const> Joined::ended(Statement::Outcome outcome) {
    for (Statement* part : parts_) {
        const bool is_its_own = outcome == Statement::Outcome::done && part->error;
        part->outcome = is_its_own ? Statement::Outcome::failed : outcome;
        if (!part->error) part->error = whole_.error;
    }
    return parts_;
}

std::string for_many(const std::string& sql) {
    std::string each = sql;
    constexpr std::string_view kParameter = "$1";
    for (auto at = each.find(kParameter); at != std::string::npos; at = each.find(kParameter)) {
        each.replace(at, kParameter.size(), "wanted.key");
    }
    // offset 0: or it might be made one with the array, by a plan that goes through the whole table, and lasts while it grows.
    return fmt::format(
        "select wanted.place, found.* from unnest($1::text::bigint[]) with ordinality "
        "as wanted (key, place) cross join lateral ({} offset 0) as found order by wanted.place",
        each);
}

std::size_t Joining::size() const {
    std::size_t all = 0;
    for (const auto& [query, statements] : waiting_) all += statements.size();
    return all;
}

std::vector<Statement*> Joining::drop() {
    std::vector<Statement*> all;
    for (auto& [query, statements] : waiting_) {
        all.insert(all.end(), statements.begin(), statements.end());
        statements.clear();
    }
    return all;
}

const Query& Joining::many(const Query& query) {
    auto& known = many_[&query];
    if (!known) known = std::make_unique<Query>(for_many(query.sql));
    return *known;
}

}  // namespace stoa::db::postgres
