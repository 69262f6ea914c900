#include "posts/types.hpp"

#include <boost/url/parse.hpp>

namespace stoa::posts {

std::optional<std::string> ResourceUrl::rule(std::string_view url) {
    const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
    const bool is_web = parsed && (parsed->scheme_id() == boost::urls::scheme::http ||
                                   parsed->scheme_id() == boost::urls::scheme::https);
    // Boost.URL 1.81 takes "http://host:nonsense" for a path that begins after the port.
    const bool has_good_path =
        parsed && (parsed->encoded_path().empty() || parsed->encoded_path().starts_with('/'));
    if (is_web && has_good_path && !parsed->host().empty()) return std::nullopt;
    return "must be an absolute http or https URL";
}

Faults PostQuery::faults() const {
    Faults faults;
    const auto refuse = [&](const char* parameter) {
        faults.push_back({Fault::In::query, parameter, "can't be combined with `ids`"});
    };
    if (ids && community) refuse("community");
    if (ids && limit) refuse("limit");
    if (ids && cursor) refuse("cursor");
    return faults;
}

}  // namespace stoa::posts
