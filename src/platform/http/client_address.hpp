#pragma once

#include "platform/http/message.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stoa::http {

/// Which field tells for whom a proxy asks. Only one is believed: a proxy passes on what clients say in the other.
enum class ForwardedField { x_forwarded_for, forwarded };

/// Tells from which network a request comes, behind the proxies that are trusted.
class ClientAddresses {
  public:
    /// `proxies`: networks as "10.0.0.0/8" or single addresses. Throws std::runtime_error for what is neither.
    ClientAddresses(const std::vector<std::string>& proxies, ForwardedField field);
    ~ClientAddresses();
    ClientAddresses(const ClientAddresses&) = delete;
    ClientAddresses& operator=(const ClientAddresses&) = delete;

    /// The client is the peer; or, if that is a trusted proxy, the last address it names that is no trusted proxy itself.
    ClientNetwork network_of(const Request& request) const;

  private:
    class Networks;
    std::unique_ptr<Networks> proxies_;
    ForwardedField field_;
};

}  // namespace stoa::http
