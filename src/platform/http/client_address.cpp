#include "platform/http/client_address.hpp"

#include "platform/json/integer.hpp"
#include "platform/json/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace stoa::http {

namespace {

namespace ip = boost::asio::ip;

/// An address; an IPv4 one that came over IPv6 (::ffff:192.0.2.1) as what it is.
std::optional<ip::address> address_in(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address(text, error);
    if (error) return std::nullopt;
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

/// The pairs of an element of `Forwarded`; a semicolon within quotes separates none.
std::vector<std::string_view> pairs_of(std::string_view element) {
    std::vector<std::string_view> pairs;
    bool quoted = false;
    std::size_t from = 0;
    for (std::size_t i = 0; i <= element.size(); ++i) {
        if (i < element.size() && element[i] == '"') quoted = !quoted;
        if (i < element.size() && (element[i] != ';' || quoted)) continue;
        pairs.push_back(trimmed(element.substr(from, i - from)));
        from = i + 1;
    }
    return pairs;
}

/// Takes the last element off a list. Looked for from its end: what stands before what a proxy added may be made up, and have a
/// quote that nobody closes. Only `Forwarded` has quotes.
std::string_view take_last(std::string_view& list, bool has_quotes) {
    bool quoted = false;
    std::size_t from = list.size();
    for (; from > 0 && (list[from - 1] != ',' || quoted); --from) {
        if (list[from - 1] == '"') quoted = has_quotes && !quoted;
    }
    const std::string_view last = trimmed(list.substr(from));
    list = list.substr(0, from > 0 ? from - 1 : 0);
    return last;
}

/// The node of an element of `Forwarded` (RFC 7239): for="[2001:db8::17]:4711";proto=https.
std::string_view node_of(std::string_view element) {
    std::string_view node;
    for (const std::string_view pair : pairs_of(element)) {
        if (lower_case(pair.substr(0, 4)) == "for=") node = pair.substr(4);
    }
    if (node.size() >= 2 && node.starts_with('"') && node.ends_with('"')) {
        node = node.substr(1, node.size() - 2);
    }
    return node;
}

/// A node without its port and brackets.
std::string_view host_of(std::string_view node) {
    if (node.starts_with('[')) return node.substr(1, std::min(node.find(']'), node.size()) - 1);
    const auto colon = node.find(':');
    const bool has_port =
        colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos;
    return has_port ? node.substr(0, colon) : node;
}

std::string prefix_of(const ip::address_v6& address, unsigned short bits) {
    return ip::make_network_v6(address, bits).canonical().to_string();
}

ClientNetwork network_of_address(const ip::address& address) {
    if (!address.is_v6()) return {address.to_string(), address.to_string()};
    return {prefix_of(address.to_v6(), 64), prefix_of(address.to_v6(), 48)};
}

}  // namespace

class ClientAddresses::Networks {
  public:
    void add(const std::string& text) {
        const auto slash = text.find('/');
        const auto address = address_in(std::string_view(text).substr(0, slash));
        const std::int64_t widest = address && address->is_v6() ? 128 : 32;
        const auto bits = slash == std::string::npos
                              ? std::optional(widest)
                              : parse_integer(std::string_view(text).substr(slash + 1));
        if (!address || !bits || *bits < 0 || *bits > widest) {
            throw std::runtime_error(
                fmt::format("'{}' is no network of trusted proxies: give ADDRESS or ADDRESS/BITS, "
                            "as 10.0.0.0/8",
                            text));
        }
        const auto prefix = static_cast<unsigned short>(*bits);
        if (address->is_v6()) {
            v6_.push_back(ip::make_network_v6(address->to_v6(), prefix).canonical());
        } else {
            v4_.push_back(ip::make_network_v4(address->to_v4(), prefix).canonical());
        }
    }

    bool contain(const ip::address& address) const {
        if (address.is_v6()) {
            return std::any_of(v6_.begin(), v6_.end(), [&](const auto& network) {
                return ip::make_network_v6(address.to_v6(), network.prefix_length()).network() ==
                       network.network();
            });
        }
        return std::any_of(v4_.begin(), v4_.end(), [&](const auto& network) {
            return ip::make_network_v4(address.to_v4(), network.prefix_length()).network() ==
                   network.network();
        });
    }

  private:
    std::vector<ip::network_v4> v4_;
    std::vector<ip::network_v6> v6_;
};

ClientAddresses::ClientAddresses(const std::vector<std::string>& proxies, ForwardedField field)
    : proxies_(std::make_unique<Networks>()), field_(field) {
    for (const std::string& proxy : proxies) proxies_->add(proxy);
}

ClientAddresses::~ClientAddresses() = default;

ClientNetwork ClientAddresses::network_of(const Request& request) const {
    auto client = address_in(request.peer);
    if (!client) return {std::string(request.peer), std::string(request.peer)};
    // Most clients come without a proxy, or from one that has nothing to tell: no list is taken apart for them.
    if (!proxies_->contain(*client)) return network_of_address(*client);
    const bool standard = field_ == ForwardedField::forwarded;
    std::string_view list = standard ? request.forwarded : request.forwarded_for;
    if (list.empty()) return {};
    // From the last on: each was added by the one behind it, so what stands before the first that is not trusted may be made
    // up.
    while (proxies_->contain(*client)) {
        std::string_view last;
        while (last.empty() && !list.empty()) last = take_last(list, standard);
        if (last.empty()) return {};
        const auto before = address_in(host_of(standard ? node_of(last) : last));
        if (!before) return network_of_address(*client);
        client = before;
    }
    return network_of_address(*client);
}

}  // namespace stoa::http
