#pragma once

#include "commands/site.hpp"
#include "platform/http/server.hpp"
#include "platform/ops/log.hpp"

#include <string>

namespace CLI {
class App;
}

namespace stoa {

/// What `stoa serve` can be told.
struct ServeOptions {
    std::string service;  ///< one; empty: all
    std::string log_level = "info";
    LogFormat log_format = LogFormat::text;
    std::string otlp_endpoint;  ///< empty: spans are sent nowhere
    SiteOptions site;
    http::ServerOptions server;
};

/// Adds the options to a command, with their variables, defaults and checks. `options` must outlive it.
void add_options(CLI::App& command, ServeOptions& options);

}  // namespace stoa
