#include "platform/json/read.hpp"

#include "platform/json/utf8.hpp"
#include "platform/problem.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <cmath>
#include <limits>

namespace stoa::json {

namespace {

namespace bj = boost::json;

enum class Refusal { none, twice, nul };

/// What Boost.JSON's parser calls as it goes: builds the tree, and notices what the tree would not show
/// (a tree keeps one of two members of the same name).
class Builder {
  public:
    static constexpr std::size_t max_object_size = 10'000;
    static constexpr std::size_t max_array_size = 100'000;
    static constexpr std::size_t max_key_size = bj::string::max_size();
    static constexpr std::size_t max_string_size = bj::string::max_size();

    bj::value_stack values;
    Refusal refusal = Refusal::none;

    bool on_document_begin(bj::error_code&) { return true; }
    bool on_document_end(bj::error_code&) { return true; }
    bool on_object_begin(bj::error_code&) {
        starts_.push_back(keys_.size());
        return true;
    }
    bool on_object_end(std::size_t size, bj::error_code& error) {
        const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(starts_.back());
        std::sort(first, keys_.end());
        if (std::adjacent_find(first, keys_.end()) != keys_.end()) {
            return refuse(Refusal::twice, error);
        }
        keys_.erase(first, keys_.end());
        starts_.pop_back();
        values.push_object(size);
        return true;
    }
    bool on_array_begin(bj::error_code&) { return true; }
    bool on_array_end(std::size_t size, bj::error_code&) {
        values.push_array(size);
        return true;
    }
    bool on_key_part(bj::string_view part, std::size_t, bj::error_code& error) {
        key_.append(part.data(), part.size());
        values.push_chars(part);
        return without_nul(part, error);
    }
    bool on_key(bj::string_view part, std::size_t, bj::error_code& error) {
        key_.append(part.data(), part.size());
        keys_.push_back(std::exchange(key_, {}));
        values.push_key(part);
        return without_nul(part, error);
    }
    bool on_string_part(bj::string_view part, std::size_t, bj::error_code& error) {
        values.push_chars(part);
        return without_nul(part, error);
    }
    bool on_string(bj::string_view part, std::size_t, bj::error_code& error) {
        values.push_string(part);
        return without_nul(part, error);
    }
    bool on_number_part(bj::string_view, bj::error_code&) { return true; }
    bool on_int64(std::int64_t number, bj::string_view, bj::error_code&) {
        values.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, bj::string_view, bj::error_code&) {
        values.push_uint64(number);
        return true;
    }
    bool on_double(double number, bj::string_view, bj::error_code&) {
        values.push_double(number);
        return true;
    }
    bool on_bool(bool value, bj::error_code&) {
        values.push_bool(value);
        return true;
    }
    bool on_null(bj::error_code&) {
        values.push_null();
        return true;
    }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }

  private:
    bool without_nul(bj::string_view part, bj::error_code& error) {
        return part.find('\0') == bj::string_view::npos || refuse(Refusal::nul, error);
    }
    bool refuse(Refusal why, bj::error_code& error) {
        refusal = why;
        error = bj::error::syntax;
        return false;
    }

    std::vector<std::string> keys_;    ///< of the objects that are open
    std::vector<std::size_t> starts_;  ///< where in keys_ each of them starts
    std::string key_;                  ///< the parts of a key so far
};

[[noreturn]] void refuse(const Builder& builder, const bj::error_code& error, std::size_t at) {
    if (builder.refusal == Refusal::twice) {
        throw Problem::unreadable("An object of the body gives a member twice.");
    }
    if (builder.refusal == Refusal::nul) throw Problem::unreadable("The body has a NUL character.");
    if (error == bj::error::too_deep) {
        throw Problem::unreadable("The body nests deeper than 32 levels.");
    }
    throw Problem::unreadable(
        fmt::format("The body is not JSON: {} at byte {}.", error.message(), at));
}

}  // namespace

bj::value parse(std::string_view text) {
    bj::parse_options options;
    options.max_depth = 32;
    bj::basic_parser<Builder> parser(options);
    parser.handler().values.reset({});
    bj::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (!error && read < text.size()) error = bj::error::extra_data;
    if (error) refuse(parser.handler(), error, read);
    return parser.handler().values.release();
}

std::optional<std::int64_t> integral(const bj::value& value) {
    constexpr auto beyond = std::numeric_limits<std::int64_t>::max();  // of any bound
    if (const auto* number = value.if_int64()) return *number;
    if (value.if_uint64()) return beyond;
    const auto* number = value.if_double();
    if (!number || std::trunc(*number) != *number) return std::nullopt;
    if (std::abs(*number) > static_cast<double>(kMaxExactInteger)) {
        return *number < 0 ? -beyond : beyond;
    }
    return static_cast<std::int64_t>(*number);
}

std::string pointer_token(std::string_view name) {
    std::string token;
    for (const char c : name.substr(0, 100)) {
        if (c == '~') {
            token += "~0";
        } else if (c == '/') {
            token += "~1";
        } else {
            token += c;
        }
    }
    // The cut may have gone through a character.
    while (!utf8::valid(token)) token.pop_back();
    return token;
}

}  // namespace stoa::json
