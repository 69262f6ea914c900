#include "platform/http/client_address.hpp"

#include "fuzz/fuzz.hpp"

#include <array>

namespace stoa::fuzz {
namespace {

using http::ClientAddresses;
using http::ForwardedField;

constexpr std::array kPeers{"10.0.0.1",        "192.0.2.9", "2001:db8::1",
                            "::ffff:10.1.2.3", "::1",       "fe80::1%eth0"};

/// Where a client is that says `told` of itself, to a peer at this address.
http::ClientNetwork network_of(const ClientAddresses& addresses, std::string_view peer,
                               const std::string& told) {
    http::Request request;
    request.peer = peer;
    request.forwarded_for = told;
    request.forwarded = told;
    return addresses.network_of(request);
}

/// The field's kind, the peer, and what stands in the field.
void run(std::string_view input) {
    static const std::vector<std::string> proxies{"10.0.0.0/8", "2001:db8::/32"};
    static const ClientAddresses by_list(proxies, ForwardedField::x_forwarded_for);
    static const ClientAddresses by_standard(proxies, ForwardedField::forwarded);
    static const ClientAddresses of_nobody({}, ForwardedField::x_forwarded_for);
    const bool standard = take_choice(input, 2) == 1;
    const ClientAddresses& addresses = standard ? by_standard : by_list;
    const std::string_view peer = kPeers.at(take_choice(input, kPeers.size()));
    const std::string told(input);

    const auto network = network_of(addresses, peer, told);
    must(network.name.empty() == network.site.empty(), "a network has both its names, or none");
    must(network_of(of_nobody, peer, told).name == network_of(of_nobody, peer, "").name,
         "nobody is believed who is not trusted");
    if (peer != "10.0.0.1") return;
    const std::string added = standard ? ", for=203.0.113.9" : ", 203.0.113.9";
    must(network_of(addresses, peer, told + added).name == "203.0.113.9",
         "what a client says of itself counts for nothing beside what the proxy adds");
}

const Registered registered("client_address", run);

}  // namespace
}  // namespace stoa::fuzz
