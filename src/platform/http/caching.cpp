#include "platform/http/caching.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace stoa::http {

namespace {

/// Whether `If-None-Match` names the tag: compared weakly, as the standard wants it here.
bool matches(std::string_view if_none_match, std::string_view tag) {
    while (!if_none_match.empty()) {
        std::string_view one = if_none_match.substr(0, if_none_match.find(','));
        if_none_match.remove_prefix(std::min(if_none_match.size(), one.size() + 1));
        while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
        while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag || one == "*") return true;
    }
    return false;
}

}  // namespace

std::string etag_of(std::string_view body) {
    const auto hash = XXH3_128bits(body.data(), body.size());
    return fmt::format("\"{:016x}{:016x}\"", hash.high64, hash.low64);
}

void apply_caching(const Request& request, Response& response) {
    if (response.caching == Response::Caching::no_store) {
        response.headers.emplace_back("Cache-Control", "no-store");
        return;
    }
    std::string tag = response.etag.empty() ? etag_of(response.body) : std::move(response.etag);
    if (!request.if_none_match.empty() && matches(request.if_none_match, tag)) {
        response.status = 304;
        response.body.clear();
    }
    response.headers.emplace_back("ETag", std::move(tag));
    response.headers.emplace_back("Cache-Control", "no-cache");
}

}  // namespace stoa::http
