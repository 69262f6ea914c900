#include "platform/db/postgres/servers.hpp"

#include "platform/json/integer.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

namespace stoa::db::postgres {

namespace {

using Settings = std::map<std::string, std::string>;

std::runtime_error unreadable(std::string_view why) {
    return std::runtime_error(fmt::format(
        "can't read the database's address: {}; give postgresql://USER@HOST:PORT/DATABASE, with "
        "% and two hexadecimal digits for special characters, and the password in PGPASSWORD or a "
        "passfile",
        why));
}

/// The URI's settings, and libpq's own for what it leaves out.
Settings settings_of(const std::string& uri) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> given(
        PQconninfoParse(uri.c_str(), nullptr), PQconninfoFree);
    // libpq's own words would repeat parts of it, a password perhaps.
    if (!given) throw unreadable("it is no URI of PostgreSQL's");
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

/// What a connection sets at its begin, whatever the server's or the role's defaults are. Not statement_timeout: a commit that waits for the
/// synchronous replica is not to be ended.
std::string options_of(std::string_view schema, std::chrono::milliseconds patience) {
    // A process that hangs must not hold its locks for ever.
    // A plan for each of the first runs may be cheaper than one for all, by what it is told of these, and is then made each time.
    return fmt::format(
        " -c plan_cache_mode=force_generic_plan -c search_path={} -c "
        "default_transaction_isolation=read\\ committed "
        "-c lock_timeout={} -c idle_in_transaction_session_timeout={}",
        schema, patience.count() * 4 / 5, patience.count() * 2);
}

std::string attributes_of(Servers::Wanted wanted) {
    switch (wanted) {
        case Servers::Wanted::primary:
            return "read-write";
        case Servers::Wanted::replica:
            return "standby";
        case Servers::Wanted::any:
            return "any";
    }
    throw std::logic_error("no kind of server");
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

Servers::Servers(const std::string& uri, std::string_view schema, Wanted wanted,
                 std::chrono::milliseconds patience)
    : schema_(schema), are_primaries_(wanted == Wanted::primary) {
    Settings settings = settings_of(uri);
    const auto hosts = split(taken(settings, "host"));
    const auto addresses = split(taken(settings, "hostaddr"));
    const auto ports = split(taken(settings, "port"));
    const std::size_t servers = std::max(hosts.size(), addresses.size());
    for (const auto* list : {&hosts, &addresses, &ports}) {
        if (list->size() == 1 || list->size() == servers) continue;
        throw unreadable("it has not as many ports as hosts");
    }
    for (const std::string& port : ports) {
        if (!port.empty() && !parse_integer(port)) throw unreadable("a port is no number");
    }
    for (const std::string& host : hosts) {
        if (host.find('@') != std::string::npos) throw unreadable("a host has an @ in it");
    }
    for (std::size_t i = 0; i < servers; ++i) {
        places_.push_back({element(hosts, i), element(addresses, i), element(ports, i)});
    }
    database_ = settings["dbname"];
    settings["target_session_attrs"] = attributes_of(wanted);
    // A peer that is gone is noticed within half a minute; the system's default is two hours.
    settings.try_emplace("keepalives_idle", "10");
    settings.try_emplace("keepalives_interval", "5");
    settings.try_emplace("keepalives_count", "3");
    settings["application_name"] = fmt::format("stoa {}", schema);
    settings["client_encoding"] = "UTF8";
    settings["options"] += options_of(schema, patience);
    common_.assign(settings.begin(), settings.end());
}

std::string Servers::name(std::size_t server) const {
    const Place& place = places_.at(server);
    const std::string& host = place.host.empty() ? place.address : place.host;
    return fmt::format("{}:{}/{}", host.empty() ? "(local)" : host,
                       place.port.empty() ? "5432" : place.port, database_);
}

bool Servers::note_timeline(std::int64_t timeline) {
    std::int64_t latest = timeline_;
    while (timeline > latest && !timeline_.compare_exchange_weak(latest, timeline)) continue;
    return timeline >= latest;
}

void Servers::note_away(const std::string& why) {
    if (is_away_.exchange(true)) return;
    spdlog::error("{}: no {} of the database lets us in; it is tried again: {}", schema_,
                  are_primaries_ ? "server" : "replica", why);
}

void Servers::note_reached(std::size_t server) {
    if (!is_away_.exchange(false)) return;
    spdlog::info("{}: {} can be reached again, at {}", schema_,
                 are_primaries_ ? "the database" : "a replica", name(server));
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
