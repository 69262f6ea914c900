#pragma once

#include "commands/data_folder.hpp"
#include "commands/site.hpp"
#include "platform/http/server.hpp"
#include "platform/ops/metrics.hpp"

#include <string>
#include <thread>
#include <vector>

namespace stoa {

/// A server of this process on a data folder, for commands: what they do goes through the services' own rules, whether a
/// server runs already or not. Who calls it needs a token (operator_token()): others may be on this machine, too. It does what
/// it is asked and nothing by itself: what the server is told to, it is not.
class OwnServer {
  public:
    /// `services`: which of kServices.
    OwnServer(std::vector<std::string> services, const DataFolder& folder);
    ~OwnServer();
    OwnServer(const OwnServer&) = delete;
    OwnServer& operator=(const OwnServer&) = delete;

    std::string url() const { return "http://" + server_.address(); }

  private:
    void serve();

    Metrics metrics_;
    http::Server server_;
    Site site_;
    std::thread thread_;
};

}  // namespace stoa
