#pragma once

#include "platform/db/sqlite/connection.hpp"
#include "platform/db/sqlite/writer.hpp"

#include <chrono>
#include <filesystem>

namespace stoa::db::sqlite {

/// An I/O thread's own connection for reads, inside its event loop: an indexed read takes microseconds, less
/// than a hop to another thread. Reads of one turn of the loop share a read transaction (which saves its locks
/// for each), begun anew as soon as a write was committed since.
class SqliteSession final : public Session {
  public:
    SqliteSession(const std::filesystem::path& file, Writer& writer, Loop& loop,
                  StatementWatch& watch);
    ~SqliteSession() override;
    SqliteSession(const SqliteSession&) = delete;
    SqliteSession& operator=(const SqliteSession&) = delete;

    void must_have_room() override { writer_.must_have_room(); }
    Task<> check() override;
    Task<bool> leads(Topic) override { co_return true; }
    const Changes& changes() const override { return writer_.changes(); }

  protected:
    Task<> run(const Query& query, std::span<const Value> values, const OnRow& on_row) override;
    Task<> commit(Writer::Work work, Repeatable repeatable) override;

  private:
    void begin_or_renew_snapshot();
    void end_snapshot() noexcept;

    const std::filesystem::path file_;
    Connection connection_;
    Writer& writer_;
    Loop& loop_;
    std::chrono::steady_clock::time_point next_try_;  ///< to write, while writes fail
    std::uint64_t snapshot_version_ = 0;              ///< of the snapshot that is open; 0: none is
};

}  // namespace stoa::db::sqlite
