#include "platform/http/answer_cache.hpp"

#include <xxhash.h>

#include <utility>

namespace stoa::http {

namespace {

constexpr std::size_t kOverhead = 200;  // of an entry: its node, strings and vectors
constexpr std::size_t kAsked = 8'192;

std::uint64_t hash_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

}  // namespace

AnswerCache::AnswerCache(std::size_t bytes) : most_(bytes / 2), asked_(bytes > 0 ? kAsked : 0) {}

const Response* AnswerCache::find(const Request& request) {
    if (most_ == 0) return nullptr;
    const auto key = key_of(request);
    auto found = young_.find(key);
    if (found == young_.end()) {
        const auto older = old_.find(key);
        if (older == old_.end()) return nullptr;
        auto entry = old_.extract(older);
        make_room(bytes_of(entry.key(), entry.mapped()));
        found = young_.insert(std::move(entry)).position;
    }
    if (found->second.dependencies.holds()) return &found->second.response;
    young_bytes_ -= bytes_of(found->first, found->second);
    young_.erase(found);
    return nullptr;
}

void AnswerCache::keep(const Request& request, db::Dependencies dependencies,
                       const Response& response) {
    if (most_ == 0 || !dependencies.holds()) return;
    const auto key = key_of(request);
    if (!was_asked_before(key)) return;
    Kept kept{std::move(dependencies), response};
    const std::size_t bytes = bytes_of(key, kept);
    if (bytes > most_ / 8) return;
    make_room(bytes);
    const bool is_new = young_.insert_or_assign(std::string(key), std::move(kept)).second;
    if (!is_new) young_bytes_ -= bytes;
}

std::string_view AnswerCache::key_of(const Request& request) {
    key_.assign(request.path);
    key_ += '?';
    key_ += request.query;
    return key_;
}

bool AnswerCache::was_asked_before(std::string_view key) {
    const auto hash = hash_of(key);
    return std::exchange(asked_[hash % kAsked], hash) == hash;
}

/// For one more in the young generation.
void AnswerCache::make_room(std::size_t bytes) {
    if (young_bytes_ + bytes > most_) {
        old_ = std::exchange(young_, {});
        young_bytes_ = 0;
    }
    young_bytes_ += bytes;
}

std::size_t AnswerCache::bytes_of(std::string_view key, const Kept& kept) {
    return kOverhead + key.size() + kept.response.body.size() + kept.dependencies.bytes();
}

std::size_t AnswerCache::HashOfText::operator()(std::string_view text) const {
    return hash_of(text);
}

}  // namespace stoa::http
