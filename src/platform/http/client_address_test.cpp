#include "platform/http/client_address.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace stoa::http {
namespace {

const std::vector<std::string> kProxies{"127.0.0.0/8", "::1", "10.0.0.0/8", "fd00::/8"};

std::string network(std::string_view peer, std::string_view forwarded_for = "") {
    const ClientAddresses addresses(kProxies, ForwardedField::x_forwarded_for);
    Request request;
    request.peer = peer;
    request.forwarded_for = forwarded_for;
    return addresses.network_of(request).name;
}

std::string network_by_forwarded(std::string_view forwarded) {
    const ClientAddresses addresses(kProxies, ForwardedField::forwarded);
    Request request;
    request.peer = "10.1.2.3";
    request.forwarded = forwarded;
    request.forwarded_for = "198.51.100.99";  // what the proxy passes on of the client's own words
    return addresses.network_of(request).name;
}

TEST(ClientAddress, is_the_peer_whatever_it_claims) {
    EXPECT_EQ(network("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(network("192.0.2.1", "198.51.100.7"), "192.0.2.1");
}

TEST(ClientAddress, is_the_last_one_that_a_trusted_proxy_names) {
    EXPECT_EQ(network("127.8.9.1", "203.0.113.9, 192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(network("::1", "203.0.113.9,192.0.2.1 "), "192.0.2.1");
    EXPECT_EQ(network("10.255.0.1", "192.0.2.1:5678"), "192.0.2.1");
    EXPECT_EQ(network("fd12::1", "192.0.2.1"), "192.0.2.1");
}

TEST(ClientAddress, is_before_all_proxies_that_are_trusted) {
    EXPECT_EQ(network("127.0.0.1", "198.51.100.7, 192.0.2.1, 10.0.0.7, fd00::9"), "192.0.2.1");
}

TEST(ClientAddress, is_none_where_proxies_ask_for_themselves) {
    EXPECT_EQ(network("127.0.0.1"), "");
    EXPECT_EQ(network("::1", ""), "");
    EXPECT_EQ(network("127.0.0.1", "10.0.0.7"), "");
}

TEST(ClientAddress, is_the_proxy_where_that_talks_nonsense) {
    EXPECT_EQ(network("127.0.0.1", "nonsense"), "127.0.0.1");
    EXPECT_EQ(network("10.0.0.1", "192.0.2.1, nobody"), "10.0.0.1");
}

TEST(ClientAddress, of_ipv6_is_its_64_bits) {
    const std::string one = network("2001:db8:1:2::1");
    EXPECT_EQ(network("2001:db8:1:2:ffff::9"), one);
    EXPECT_EQ(network("127.0.0.1", "2001:db8:1:2::7"), one);
    EXPECT_EQ(network("127.0.0.1", "[2001:db8:1:2::7]:4711"), one);
    EXPECT_NE(network("2001:db8:1:3::1"), one);
}

TEST(ClientAddress, has_a_site_that_is_wider_for_ipv6) {
    const ClientAddresses addresses(kProxies, ForwardedField::x_forwarded_for);
    Request request;
    request.peer = "2001:db8:1:2::1";
    EXPECT_EQ(addresses.network_of(request).site, "2001:db8:1::/48");
    request.peer = "192.0.2.1";
    EXPECT_EQ(addresses.network_of(request).site, "192.0.2.1");
}

TEST(ClientAddress, of_ipv4_that_came_over_ipv6_is_that_address) {
    EXPECT_EQ(network("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(network("::ffff:127.0.0.1"), "");
    EXPECT_EQ(network("127.0.0.1", "::ffff:192.0.2.1"), "192.0.2.1");
}

TEST(ClientAddress, is_read_from_the_standard_field_where_the_proxy_sets_that) {
    EXPECT_EQ(network_by_forwarded("for=192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(network_by_forwarded("for=198.51.100.7, For=\"192.0.2.1:80\";proto=http;by=10.0.0.1"),
              "192.0.2.1");
    EXPECT_EQ(network_by_forwarded("proto=https;for=\"[2001:db8:1:2::1]:80\""),
              network("2001:db8:1:2::1"));
    EXPECT_EQ(
        network_by_forwarded(R"(for="198.51.100.7, 198.51.100.8";by=x, for=192.0.2.1;by="a,b;c")"),
        "192.0.2.1");
    EXPECT_EQ(network_by_forwarded("for=unknown"), "10.1.2.3");
    EXPECT_EQ(network_by_forwarded("for="), "10.1.2.3");
    EXPECT_EQ(network_by_forwarded("for=["), "10.1.2.3");
    EXPECT_EQ(network_by_forwarded(""), "");
}

TEST(ClientAddress, is_what_the_proxy_added_whatever_stands_before_it) {
    for (const char* made_up :
         {"\"", "6.6.6.6:\"", "[6.6.6.6]\"", "6.6.6.6\",\"", "a\"b,\"c", ",,\""}) {
        const std::string list = std::string(made_up) + ", 192.0.2.1";
        EXPECT_EQ(network("127.0.0.1", list), "192.0.2.1") << list;
        const std::string standard = "for=" + std::string(made_up) + ", for=192.0.2.1";
        EXPECT_EQ(network_by_forwarded(standard), "192.0.2.1") << standard;
    }
}

TEST(ClientAddress, refuses_proxies_that_are_no_network) {
    for (const char* bad :
         {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::1/129", "host", "10.0.0.0/8/8"}) {
        EXPECT_THROW(ClientAddresses({bad}, ForwardedField::forwarded), std::runtime_error) << bad;
    }
}

}  // namespace
}  // namespace stoa::http
