#pragma once

#include "platform/db/changes.hpp"
#include "platform/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace stoa::http {

/// Answers to reads, by what was asked, to be told again while nothing has changed that they depend on (db::Dependencies).
/// One for each service and I/O thread, so without locks. A bounded number of bytes, in two generations: a new answer, or an
/// old one that is told again, goes to the young; when those fill half of it, they are the old, and the old before them
/// are forgotten. An answer is kept from the second time on that it is asked for: most of what is asked for once is not soon
/// asked for again, and keeping it would cost more than it saves.
class AnswerCache {
  public:
    /// At 0 bytes nothing is kept.
    explicit AnswerCache(std::size_t bytes);

    /// An answer that still holds, valid until the next call.
    const Response* find(const Request& request);

    void keep(const Request& request, db::Dependencies dependencies, const Response& response);

  private:
    struct Kept {
        db::Dependencies dependencies;
        Response response;
    };
    struct HashOfText {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const;
    };
    using Generation = std::unordered_map<std::string, Kept, HashOfText, std::equal_to<>>;

    std::string_view key_of(const Request& request);
    bool was_asked_before(std::string_view key);
    void make_room(std::size_t bytes);
    static std::size_t bytes_of(std::string_view key, const Kept& kept);

    const std::size_t most_;  ///< bytes of a generation
    Generation young_;
    Generation old_;
    std::size_t young_bytes_ = 0;
    std::vector<std::uint64_t>
        asked_;        ///< hashes of what was asked for lately, each at a place of its own
    std::string key_;  ///< kept for its memory
};

}  // namespace stoa::http
