#include "platform/db/postgres/servers.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

namespace stoa::db::postgres {

namespace {

using Settings = std::map<std::string, std::string>;

/// The URI's settings, and libpq's own for what it leaves out.
Settings settings_of(const std::string& uri) {
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> given(
        PQconninfoParse(uri.c_str(), &error), PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> message(error, PQfreemem);
    if (!given) {
        std::string why = message ? message.get() : "there is no memory";
        why.erase(why.find_last_not_of('\n') + 1);
        throw std::runtime_error(fmt::format(
            "can't read the database's address: {}; give postgresql://USER@HOST:PORT/DATABASE",
            why));
    }
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> defaults(PQconndefaults(),
                                                                                PQconninfoFree);
    Settings settings;
    for (const auto* options : {defaults.get(), given.get()}) {
        for (const auto* option = options; option && option->keyword; ++option) {
            if (option->val && *option->val) settings[option->keyword] = option->val;
        }
    }
    return settings;
}

/// Takes a setting out of them.
std::string taken(Settings& settings, const std::string& name) {
    auto node = settings.extract(name);
    return node ? node.mapped() : "";
}

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
        comma = list.find(',', begin);
        parts.push_back(list.substr(begin, comma - begin));
    }
    return parts;
}

/// The element for one server of a list that has one for each, or one for all.
std::string element(const std::vector<std::string>& list, std::size_t server) {
    return list.size() == 1 ? list.front() : list.at(server);
}

}  // namespace

Servers::Servers(const std::string& uri, std::string_view schema, Wanted wanted) : schema_(schema) {
    Settings settings = settings_of(uri);
    const auto hosts = split(taken(settings, "host"));
    const auto addresses = split(taken(settings, "hostaddr"));
    const auto ports = split(taken(settings, "port"));
    const std::size_t servers = std::max(hosts.size(), addresses.size());
    for (const auto* list : {&hosts, &addresses, &ports}) {
        if (list->size() == 1 || list->size() == servers) continue;
        throw std::runtime_error(
            "can't read the database's address: it has not as many ports as hosts");
    }
    for (std::size_t i = 0; i < servers; ++i) {
        places_.push_back({element(hosts, i), element(addresses, i), element(ports, i)});
    }
    database_ = settings["dbname"];
    settings["target_session_attrs"] = wanted == Wanted::primary ? "read-write" : "any";
    settings["application_name"] = fmt::format("stoa {}", schema);
    settings["client_encoding"] = "UTF8";
    settings["options"] +=
        fmt::format("{}-c search_path={}", settings["options"].empty() ? "" : " ", schema);
    common_.assign(settings.begin(), settings.end());
}

std::string Servers::name(std::size_t server) const {
    const Place& place = places_.at(server);
    const std::string& host = place.host.empty() ? place.address : place.host;
    return fmt::format("{}:{}/{}", host.empty() ? "(local)" : host,
                       place.port.empty() ? "5432" : place.port, database_);
}

void Servers::note_away(const std::string& why) {
    if (is_away_.exchange(true)) return;
    spdlog::error("{}: no server of the database lets us in; it is tried again: {}", schema_, why);
}

void Servers::note_reached(std::size_t server) {
    if (!is_away_.exchange(false)) return;
    spdlog::info("{}: the database can be reached again, at {}", schema_, name(server));
}

Handle Servers::connect(std::size_t server) const {
    const Place& place = places_.at(server);
    std::vector<const char*> names;
    std::vector<const char*> values;
    const auto add = [&](const char* name, const std::string& value) {
        if (value.empty()) return;
        names.push_back(name);
        values.push_back(value.c_str());
    };
    for (const auto& [name, value] : common_) add(name.c_str(), value);
    add("host", place.host);
    add("hostaddr", place.address);
    add("port", place.port);
    names.push_back(nullptr);
    values.push_back(nullptr);
    return {PQconnectStartParams(names.data(), values.data(), 0), PQfinish};
}

}  // namespace stoa::db::postgres
