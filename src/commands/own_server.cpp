#include "commands/own_server.hpp"

namespace stoa {

namespace {

http::ServerOptions at_a_free_port() {
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    return options;
}

}  // namespace

OwnServer::OwnServer(std::vector<std::string> services, const std::filesystem::path& data,
                     const std::filesystem::path& keys)
    : server_(at_a_free_port(), metrics_),
      site_({.services = std::move(services),
             .data = data,
             .keys = keys,
             .users_url = url(),
             .has_chores = false},
            metrics_),
      thread_([this] { serve(); }) {}

OwnServer::~OwnServer() {
    server_.drain();
    thread_.join();
}

void OwnServer::serve() {
    server_.run([this](Loop& loop, ThreadMetrics& metrics) {
        return site_.application(loop, metrics, [] { return false; });
    });
}

}  // namespace stoa
