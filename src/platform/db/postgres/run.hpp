#pragma once

#include "platform/db/postgres/link.hpp"

#include <optional>
#include <vector>

namespace stoa::db::postgres {

/// One run of a write: a transaction on a connection that it has for itself.
class Run final : public Transaction {
  public:
    enum class Ending {
        committed,
        undone,    ///< as it was asked for
        failed,    ///< for what failure() says
        lost,      ///< the connection was, before the commit was sent: nothing was kept
        in_doubt,  ///< the connection was, afterwards
    };

    /// What it changes is added to `changed`.
    Run(Link& link, std::vector<Topic>& changed);

    void changes(Topic topic) override { changed_.push_back(topic); }
    Task<> lock(Topic topic) override;

    /// Commits if the work has ended well, else undoes it.
    Task<Ending> end(bool is_well);

    /// What went wrong with a statement; none: nothing did.
    const std::optional<Failure>& failure() const { return failure_; }

    /// Throws what the failure means to who has asked for the write.
    [[noreturn]] void throw_failure() const { failure_->throw_as_problem(failed_->sql); }

  protected:
    Task<> run(const Query& query, std::span<const Value> values, const OnRow& on_row) override;

  private:
    void note(const Statement& statement);

    Link& link_;
    std::vector<Topic>& changed_;
    bool is_lost_ = false;
    std::optional<Failure> failure_;
    const Query* failed_ = nullptr;
};

}  // namespace stoa::db::postgres
