#include "platform/db/comparison.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>

namespace stoa::db {

namespace {

constexpr std::size_t kExamples = 10;

/// One side's rows, each as its key and its digest, one after the other.
class Cursor {
  public:
    Cursor(const Table& table, Pages& pages) : table_(table), pages_(pages) {}

    /// Reads a page if none is at hand. Gives how many rows were read.
    std::size_t read() {
        if (at_ < page_.size()) return 0;
        page_.clear();
        at_ = 0;
        return pages_.next([this](const Row& row) {
            page_.push_back({key_of(table_, row), digest(table_, row)});
        });
    }

    bool is_at_end() const { return at_ == page_.size(); }
    const Key& key() const { return page_[at_].key; }
    std::uint64_t digest_of_row() const { return page_[at_].digest; }

    void advance() {
        const std::array<std::uint64_t, 2> both{side_.checksum, page_[at_].digest};
        side_.checksum = XXH3_64bits(both.data(), sizeof both);
        ++side_.rows;
        ++at_;
    }

    const Comparison::Side& side() const { return side_; }

  private:
    struct Print {
        Key key;
        std::uint64_t digest;
    };
    const Table& table_;
    Pages& pages_;
    std::vector<Print> page_;
    std::size_t at_ = 0;
    Comparison::Side side_;
};

}  // namespace

Comparison compare(const Table& table, Pages& original_pages, Pages& copy_pages,
                   const std::function<void(std::size_t)>& on_progress) {
    Comparison result;
    Cursor original(table, original_pages);
    Cursor copy(table, copy_pages);
    const auto note = [&](const Key& key, std::string_view what) {
        ++result.differences;
        if (result.examples.size() < kExamples) {
            result.examples.push_back(fmt::format("{}: {}", told(key), what));
        }
    };
    while (true) {
        if (const std::size_t rows = original.read(); rows > 0) on_progress(rows);
        copy.read();
        if (original.is_at_end() && copy.is_at_end()) break;
        if (copy.is_at_end() || (!original.is_at_end() && original.key() < copy.key())) {
            note(original.key(), "is missing");
            original.advance();
        } else if (original.is_at_end() || copy.key() < original.key()) {
            note(copy.key(), "should not be there");
            copy.advance();
        } else {
            if (original.digest_of_row() != copy.digest_of_row()) note(copy.key(), "is another");
            original.advance();
            copy.advance();
        }
    }
    result.original = original.side();
    result.copy = copy.side();
    return result;
}

}  // namespace stoa::db
