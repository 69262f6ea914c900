#include "platform/db/changes.hpp"

#include <xxhash.h>

#include <algorithm>

namespace stoa::db {

Topic topic(std::string_view kind, std::int64_t id) {
    return {XXH3_64bits_withSeed(kind.data(), kind.size(), static_cast<XXH64_hash_t>(id))};
}

Topic topic(std::string_view kind, std::string_view name) {
    return {XXH3_64bits_withSeed(name.data(), name.size(), topic(kind).hash)};
}

bool Dependencies::holds() const {
    return !marks_.empty() && std::all_of(marks_.begin(), marks_.end(), [this](const Mark& mark) {
        return changes_->count(mark.topic) == mark.count;
    });
}

}  // namespace stoa::db
