#include "commands/own_server.hpp"

namespace stoa {

namespace {

http::ServerOptions at_a_free_port() {
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    return options;
}

SiteOptions site_of(std::vector<std::string> services, const DataFolder& folder,
                    std::string users_url) {
    SiteOptions options;
    options.services = std::move(services);
    options.data = folder.path;
    options.database.uri = folder.database;
    options.keys = folder.keys;
    options.users_url = std::move(users_url);
    options.has_chores = false;
    return options;
}

}  // namespace

OwnServer::OwnServer(std::vector<std::string> services, const DataFolder& folder)
    : server_(at_a_free_port(), metrics_),
      site_(site_of(std::move(services), folder, url()), metrics_),
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
