#include "posts/types.hpp"

#include <boost/url/parse.hpp>

namespace stoa::posts {

std::optional<std::string> ResourceUrl::rule(std::string_view url) {
    const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
    const bool is_web = parsed && (parsed->scheme_id() == boost::urls::scheme::http ||
                                   parsed->scheme_id() == boost::urls::scheme::https);
    if (is_web && !parsed->host().empty()) return std::nullopt;
    return "must be an absolute http or https URL";
}

}  // namespace stoa::posts
