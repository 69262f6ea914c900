#include "users/types.hpp"

#include <algorithm>

namespace stoa::users {

namespace {

bool alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_local_part(std::string_view part) {
    constexpr std::string_view signs = ".!#$%&'*+/=?^_`{|}~-";
    return !part.empty() && std::all_of(part.begin(), part.end(), [&](char c) {
        return alphanumeric(c) || signs.find(c) != std::string_view::npos;
    });
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && alphanumeric(label.front()) &&
           alphanumeric(label.back()) && std::all_of(label.begin(), label.end(), [](char c) {
               return alphanumeric(c) || c == '-';
           });
}

/// One more fault, if a member is neither there nor was told to be wrong.
template <class T>
void require(const std::optional<T>& member, const std::string& pointer, Faults& faults) {
    if (!member && !is_told(faults, pointer)) {
        faults.push_back({Fault::In::body, pointer, "is missing"});
    }
}

}  // namespace

/// What browsers take for an address (WHATWG HTML, "valid email address").
std::optional<std::string> Email::rule(std::string_view address) {
    const auto at = address.find('@');
    bool good = at != std::string_view::npos && is_local_part(address.substr(0, at));
    for (auto domain = good ? address.substr(at + 1) : ""; good;) {
        const auto label = domain.substr(0, domain.find('.'));
        good = is_label(label);
        if (label.size() == domain.size()) break;
        domain.remove_prefix(label.size() + 1);
    }
    return good ? std::nullopt : std::optional<std::string>("must be an address: name@example.org");
}

void NewUser::check(const Caller& caller, Faults& faults) const {
    if (!caller.is_trusted() && !caller.is_believed()) require(password, "/password", faults);
}

void PasswordChange::check(const Caller& caller, Faults& faults) const {
    if (!caller.is_admin()) require(current, "/current", faults);
}

}  // namespace stoa::users
