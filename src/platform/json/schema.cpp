#include "platform/json/schema.hpp"

namespace stoa::json {

namespace bj = boost::json;

bj::object text_schema(const TextBounds& bounds) {
    bj::object object{{"type", "string"}};
    if (!bounds.format.empty()) object["format"] = bounds.format;
    if (bounds.charset.empty()) {
        object["minLength"] = bounds.min;
        object["maxLength"] = bounds.max;
        if (!bounds.may_be_blank) object["pattern"] = "[^\\s\\u0085]";
    } else {
        object["pattern"] = fmt::format("^[{}]{{{},{}}}$", bounds.charset, bounds.min, bounds.max);
    }
    return object;
}

bj::object integer_schema(const IntegerBounds& bounds) {
    bj::object object{{"type", "integer"}, {"minimum", bounds.min}, {"maximum", bounds.max}};
    if (!bounds.may_be_zero) object["not"] = {{"const", 0}};
    return object;
}

bj::object reference(std::string_view name) {
    return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

}  // namespace stoa::json
