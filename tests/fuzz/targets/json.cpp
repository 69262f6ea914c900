#include "fuzz/fuzz.hpp"
#include "platform/json/read.hpp"
#include "platform/problem.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

namespace stoa::fuzz {
namespace {

using Json = nlohmann::json;

/// What another parser finds in a text, beside its value, that makes us refuse it.
class Reader : public Json::json_sax_t {
  public:
    static constexpr std::size_t kDeepest = 32;

    bool has_nul = false;
    bool has_repeated_member = false;
    bool has_number_beyond_doubles = false;
    bool is_too_deep = false;

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(std::int64_t) override { return true; }
    bool number_unsigned(std::uint64_t) override { return true; }
    bool number_float(double, const std::string& digits) override {
        constexpr std::size_t longest_exponent = 5;  // of which both parsers think the same
        const auto e = digits.find_first_of("eE");
        has_number_beyond_doubles =
            has_number_beyond_doubles ||
            (e != std::string::npos && digits.size() - e > longest_exponent);
        return true;
    }
    bool binary(Json::binary_t&) override { return false; }
    bool string(std::string& text) override {
        has_nul = has_nul || text.find('\0') != std::string::npos;
        return true;
    }
    bool start_object(std::size_t) override {
        members_.emplace_back();
        return deeper();
    }
    bool key(std::string& name) override {
        has_repeated_member = !members_.back().insert(name).second || has_repeated_member;
        return string(name);
    }
    bool end_object() override {
        members_.pop_back();
        --depth_;
        return true;
    }
    bool start_array(std::size_t) override { return deeper(); }
    bool end_array() override {
        --depth_;
        return true;
    }
    bool parse_error(std::size_t, const std::string&,
                     const nlohmann::detail::exception& error) override {
        constexpr int out_of_range = 406;
        has_number_beyond_doubles = has_number_beyond_doubles || error.id == out_of_range;
        return false;
    }

  private:
    bool deeper() {
        is_too_deep = ++depth_ > kDeepest || is_too_deep;
        return !is_too_deep;
    }

    std::vector<std::set<std::string>> members_;  ///< of the objects that are open
    std::size_t depth_ = 0;
};

bool same_number(const boost::json::value& ours, const Json& theirs) {
    if (const auto* number = ours.if_int64())
        return theirs.is_number_integer() && theirs == *number;
    if (const auto* number = ours.if_uint64())
        return theirs.is_number_unsigned() && theirs == *number;
    if (!theirs.is_number() || !ours.is_double()) return false;
    const double a = ours.as_double();
    const double b = theirs.get<double>();
    // Boost.JSON takes 0e400 for 0 times infinity. It is no integer then, and is refused as such.
    if (std::isnan(a)) return b == 0;
    // Boost.JSON may be off in the last digit.
    return a == b || std::abs(a - b) <= 1e-14 * std::max(std::abs(a), std::abs(b)) ||
           (std::abs(a) < 1e-300 && std::abs(b) < 1e-300);
}

bool same(const boost::json::value& ours, const Json& theirs) {
    if (ours.is_null()) return theirs.is_null();
    if (ours.is_bool()) return theirs.is_boolean() && ours.as_bool() == theirs.get<bool>();
    if (const auto* text = ours.if_string()) {
        return theirs.is_string() &&
               std::string_view(*text) == theirs.get_ref<const std::string&>();
    }
    if (const auto* array = ours.if_array()) {
        return theirs.is_array() &&
               std::equal(array->begin(), array->end(), theirs.begin(), theirs.end(), same);
    }
    if (const auto* object = ours.if_object()) {
        return theirs.is_object() && object->size() == theirs.size() &&
               std::all_of(object->begin(), object->end(), [&](const auto& member) {
                   const auto found = theirs.find(std::string(member.key()));
                   return found != theirs.end() && same(member.value(), *found);
               });
    }
    return same_number(ours, theirs);
}

/// Takes `text` apart; nothing if it is refused.
std::optional<boost::json::value> parsed(std::string_view text) {
    try {
        return json::parse(text);
    } catch (const Problem& problem) {
        must(problem.status() == 400, "what is not JSON is a 400");
        return std::nullopt;
    }
}

void check_integral(const boost::json::value& value) {
    const auto number = json::integral(value);
    if (!number) return;
    must(value.is_number(), "only a number is an integer");
    if (std::abs(*number) <= kMaxExactInteger) {
        must(value.to_number<double>() == static_cast<double>(*number), "an integer is exact");
    }
}

void run(std::string_view input) {
    const auto ours = parsed(input);
    Reader reader;
    // The other parser passes over a byte order mark, and takes a NUL for the end.
    const bool marked = input.starts_with("\xEF\xBB\xBF");
    const bool ended = input.find('\0') != std::string_view::npos;
    const bool theirs = Json::sax_parse(input, &reader) && !marked && !ended;
    if (reader.has_number_beyond_doubles) return;
    const bool refused_by_rule =
        ended || reader.has_nul || reader.has_repeated_member || reader.is_too_deep;
    must(!(ours && refused_by_rule),
         "a NUL, a member given twice and too deep nesting are refused");
    if (!refused_by_rule) must(ours.has_value() == theirs, "what is JSON is what RFC 8259 says");
    if (!ours) return;
    must(same(*ours, Json::parse(input)), "a value is what another parser reads");
    check_integral(*ours);
    if (const auto* object = ours->if_object()) {
        for (const auto& member : *object) {
            check_integral(member.value());
            const std::string token = json::pointer_token(member.key());
            must(token.find('/') == std::string::npos && token.size() <= 200,
                 "a pointer's token is one, and short");
        }
    }
}

const Registered registered("json", run);

}  // namespace
}  // namespace stoa::fuzz
