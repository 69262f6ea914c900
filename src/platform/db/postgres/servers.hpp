#pragma once

#include "platform/db/postgres/handles.hpp"
#include "platform/db/statement_watch.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoa::db::postgres {

/// The servers of one database and how to log in to them, from a connection URI of libpq (PostgreSQL's documentation, 34.1.1), which
/// may name several: `postgresql://user@host1:5432,host2:5432/stoa`. What it leaves out, the environment gives (PGPASSWORD, …).
///
/// Servers are tried one by one, each with a time of its own, where libpq itself would wait for a silent one as long as the network
/// does.
class Servers {
  public:
    enum class Wanted {
        primary,  ///< one that takes writes: no other lets us in
        replica,  ///< one that does not
        any,      ///< either
    };

    /// `schema` is where names without one are looked up; `patience`: for an answer (0: any time). A server that is still there ends what waits
    /// for a lock a little earlier, as it would not notice that nobody waits for it any more. Throws std::runtime_error, with what to do, if the URI can't be read.
    Servers(const std::string& uri, std::string_view schema, Wanted wanted = Wanted::primary,
            std::chrono::milliseconds patience = {});

    /// Whether each that lets us in takes writes.
    bool are_primaries() const { return are_primaries_; }

    std::size_t count() const { return places_.size(); }

    /// "host:port/database", for people.
    std::string name(std::size_t server) const;

    /// Begins to connect; goes on with PQconnectPoll().
    Handle connect(std::size_t server) const;

    /// Notes the timeline that a primary is on: each time that a replica becomes the primary it begins a later one. False if another is on a
    /// later one already: then this one has been stopped or cut off, and does not know yet that it is no primary any more. From any thread.
    bool note_timeline(std::int64_t timeline);
    std::int64_t timeline() const { return timeline_; }

    /// Says in the log, once for all connections, that no server lets us in, and that one does again. From any thread.
    void note_away(const std::string& why);
    bool is_away() const { return is_away_; }
    void note_reached(std::size_t server);

    /// What is counted of the connections of all threads, and where slow statements are noted. From any thread.
    struct Watched {
        explicit Watched(StatementWatch& watch) : statements(watch) {}
        StatementWatch& statements;
        std::atomic<std::int64_t> open = 0;
    };
    void watch(Watched& watched) { watched_ = &watched; }  ///< before there are connections
    void note_time(const Query& query, std::chrono::nanoseconds time) {
        if (watched_) watched_->statements.note_time(query, time);
    }
    void note_open(int more) {
        if (watched_) watched_->open += more;
    }

  private:
    struct Place {
        std::string host;
        std::string address;  ///< numeric, if it is given
        std::string port;
    };
    std::vector<Place> places_;
    std::vector<std::pair<std::string, std::string>> common_;  ///< keywords and values
    std::string database_;
    std::string schema_;
    bool are_primaries_;
    Watched* watched_ = nullptr;
    std::atomic<bool> is_away_ = false;
    std::atomic<std::int64_t> timeline_ = 0;  ///< the latest; 0: not known
};

}  // namespace stoa::db::postgres
