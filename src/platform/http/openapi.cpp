#include "platform/http/openapi.hpp"

#include "version.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace stoa::http {

namespace bj = boost::json;

namespace {

bj::object response_reference(std::string_view name) {
    return {{"$ref", "#/components/responses/" + std::string(name)}};
}

bj::object json_content(const bj::object& schema, const bj::value& example) {
    return {{"application/json", {{"schema", schema}, {"example", example}}}};
}

bj::object problem_response(int status, std::string_view when,
                            const bj::object& more_members = {}) {
    bj::object example{{"type", "about:blank"},
                       {"title", reason(status)},
                       {"status", status},
                       {"detail", when},
                       {"instance", std::string(kBase) + "/posts"}};
    for (const auto& [name, value] : more_members) example[name] = value;
    bj::object response{{"description", when},
                        {"content", json_content(json::reference("Problem"), example)}};
    if (status == 429 || status == 503) {
        response["headers"] = {{"Retry-After", {{"$ref", "#/components/headers/RetryAfter"}}}};
    }
    return response;
}

bj::object problem_responses() {
    return {
        {"Unreadable",
         problem_response(400,
                          "The request can't be read: malformed JSON, a bad escape, not UTF-8.")},
        {"Unauthenticated",
         problem_response(
             401,
             "A token is needed, or the one that came is not valid: `WWW-Authenticate` says why.")},
        {"ContentTooLarge", problem_response(413, "The body is larger than the server takes.")},
        {"UnsupportedMediaType", problem_response(415, "The body is not `application/json`.")},
        {"Invalid",
         problem_response(
             422, "A member or parameter is missing, unknown, of the wrong type or out of bounds.",
             {{"errors", {{{"pointer", "/title"}, {"detail", "is missing"}}}}})},
        {"HeadTooLarge",
         problem_response(431, "The request's head is larger than the server takes.")},
        {"TooMany", problem_response(429, "Too many requests from this caller.")},
        {"Unavailable", problem_response(503, "Overloaded, or the database is away.")},
        {"Failed", problem_response(500, "Something went wrong in the server; it was logged.")},
    };
}

bj::object problem_schema() {
    return {
        {"type", "object"},
        {"description", "What went wrong (RFC 9457)."},
        {"properties",
         {{"type", {{"type", "string"}, {"format", "uri-reference"}}},
          {"title", {{"type", "string"}}},
          {"status", {{"type", "integer"}, {"minimum", 400}, {"maximum", 599}}},
          {"detail", {{"type", "string"}}},
          {"instance", {{"type", "string"}}},
          {"errors",
           {{"type", "array"},
            {"description", "All the faults of a body or query that was refused."},
            {"items",
             {{"type", "object"},
              {"properties",
               {{"pointer",
                 {{"type", "string"}, {"description", "A JSON pointer into the body (RFC 6901)."}}},
                {"parameter", {{"type", "string"}, {"description", "A query parameter."}}},
                {"detail", {{"type", "string"}}}}},
              {"required", {"detail"}},
              {"additionalProperties", false}}}}}}},
        {"required", {"type", "title", "status", "detail", "instance"}},
        {"additionalProperties", false}};
}

/// Parameters and headers that many operations share.
bj::object shared_parameters() {
    return {
        {"User",
         {{"name", "user"},
          {"in", "query"},
          {"description", "With `auth = open`: who calls. Not taken otherwise."},
          {"schema", json::text_schema(kUsernameBounds)}}},
        {"IdempotencyKey",
         {{"name", "Idempotency-Key"},
          {"in", "header"},
          {"description",
           "A request sent again with the same key within 24 hours gets the first answer again, "
           "and makes nothing new."},
          {"schema",
           {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}, {"pattern", "^[ -~]+$"}}}}}};
}

bj::object shared_headers() {
    return {{"RetryAfter",
             {{"description", "Seconds after which to try again."},
              {"schema", {{"type", "integer"}, {"minimum", 1}}}}},
            {"ETag",
             {{"description", "The answer's version, for `If-None-Match`."},
              {"schema", {{"type", "string"}}}}},
            {"Location",
             {{"description", "Where the new object is."},
              {"schema", {{"type", "string"}, {"format", "uri-reference"}}}}}};
}

bj::object success(const OperationNotes& notes) {
    bj::object response{{"description", notes.status == 201 ? "Made." : "Done."},
                        {"content", json_content(notes.answer, notes.answer_example)}};
    if (notes.status == 201) {
        response["headers"] = {{"Location", {{"$ref", "#/components/headers/Location"}}}};
    } else if (notes.method == Method::get) {
        response["headers"] = {{"ETag", {{"$ref", "#/components/headers/ETag"}}}};
    }
    return response;
}

bj::object responses(const OperationNotes& notes) {
    const Words& words = notes.words;
    bj::object all{{std::to_string(notes.status), success(notes)}};
    if (notes.method == Method::get && !words.is_private) {
        all["304"] = {{"description", "The client has it already (`If-None-Match`)."}};
    }
    all["400"] = response_reference("Unreadable");
    all["401"] = response_reference("Unauthenticated");
    if (!words.right.anonymous || !words.forbidden.empty()) {
        all["403"] =
            problem_response(403, words.forbidden.empty() ? words.right.who : words.forbidden);
    }
    if (!words.not_found.empty()) all["404"] = problem_response(404, words.not_found);
    if (!words.conflict.empty() || notes.takes_key) {
        const std::string key = "A request with this `Idempotency-Key` is being answered.";
        all["409"] =
            problem_response(409, words.conflict.empty() ? key
                                  : notes.takes_key ? std::string(words.conflict) + " Or: " + key
                                                    : std::string(words.conflict));
    }
    if (!notes.body.empty()) {
        all["413"] = response_reference("ContentTooLarge");
        all["415"] = response_reference("UnsupportedMediaType");
    }
    all["422"] = response_reference("Invalid");
    all["429"] = response_reference("TooMany");
    all["431"] = response_reference("HeadTooLarge");
    all["500"] = response_reference("Failed");
    all["503"] = response_reference("Unavailable");
    return all;
}

/// A row of the table of rights.
bj::object who_may(const Right& right) {
    return {{"anonymous", right.anonymous}, {"member", right.anonymous},
            {"owner", right.owner},         {"moderator", right.moderator},
            {"admin", right.admin},         {"service", right.service}};
}

}  // namespace

bj::object detail::parameter(std::string_view name, std::string_view in, bool required,
                             bj::object schema, bj::value example) {
    bj::object object{{"name", name}, {"in", in}};
    if (const auto* about = schema.if_contains("description")) {
        object["description"] = *about;
        schema.erase("description");
    }
    if (required) object["required"] = true;
    // Lists in a query are separated by commas: ids=3,1,2.
    if (schema.contains("items")) {
        object["style"] = "form";
        object["explode"] = false;
    }
    object["schema"] = std::move(schema);
    if (!example.is_null()) object["example"] = std::move(example);
    return object;
}

std::vector<std::string> pattern_parameters(std::string_view pattern) {
    std::vector<std::string> names;
    while (true) {
        const auto open = pattern.find('{');
        if (open == std::string_view::npos) return names;
        const auto close = pattern.find('}', open);
        names.emplace_back(pattern.substr(open + 1, close - open - 1));
        pattern.remove_prefix(close + 1);
    }
}

bj::object openapi_of(const OperationNotes& notes) {
    bj::object operation{
        {"operationId", notes.words.id}, {"tags", {notes.tag}}, {"summary", notes.words.summary}};
    operation["description"] =
        fmt::format("{}{}**Who may:** {}", notes.words.description,
                    notes.words.description.empty() ? "" : " ", notes.words.right.who);
    bj::array parameters = notes.parameters;
    parameters.push_back(bj::object{{"$ref", "#/components/parameters/User"}});
    if (notes.takes_key) {
        parameters.push_back(bj::object{{"$ref", "#/components/parameters/IdempotencyKey"}});
    }
    operation["parameters"] = std::move(parameters);
    if (!notes.body.empty()) {
        operation["requestBody"] = {{"required", true},
                                    {"content", json_content(notes.body, notes.body_example)}};
    }
    operation["responses"] = responses(notes);
    const bool needs_token = !notes.words.right.anonymous;
    operation["security"] = needs_token
                                ? bj::array{bj::object{{"token", bj::array{}}}}
                                : bj::array{bj::object{}, bj::object{{"token", bj::array{}}}};
    operation["x-who-may"] = who_may(notes.words.right);
    return operation;
}

std::string openapi_document(const std::vector<Operation>& operations,
                             const std::vector<Tag>& tags) {
    json::Schemas schemas;
    bj::object paths;
    for (const Operation& operation : operations) {
        const OperationNotes notes = operation.notes(schemas);
        auto& path = paths[std::string(kBase) + operation.path];
        if (path.is_null()) path = bj::object{};
        path.as_object()[lower_case(name_of(notes.method))] = openapi_of(notes);
    }
    schemas["Problem"] = problem_schema();
    bj::array tag_list;
    for (const Tag& tag : tags) {
        tag_list.push_back({{"name", tag.name}, {"description", tag.description}});
    }
    return bj::serialize(bj::object{
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "Stoa"},
          {"version", kVersion},
          {"summary", "The back end of a community site: posts, votes, users, messages."},
          {"description",
           "JSON everywhere, errors too (RFC 9457). Lists are pages with an opaque cursor. Times "
           "are RFC 3339 "
           "in UTC, ids are integers below 2^53. HEAD works wherever GET does; OPTIONS answers "
           "`Allow`."},
          {"license", {{"name", "MIT"}, {"identifier", "MIT"}}}}},
        {"servers", {{{"url", "/"}, {"description", "This server"}}}},
        {"tags", std::move(tag_list)},
        {"paths", std::move(paths)},
        {"components",
         {{"schemas", std::move(schemas)},
          {"responses", problem_responses()},
          {"parameters", shared_parameters()},
          {"headers", shared_headers()},
          {"securitySchemes",
           {{"token",
             {{"type", "http"},
              {"scheme", "bearer"},
              {"bearerFormat", "JWT"},
              {"description",
               "A token from `POST /tokens`; not needed with `auth = open`."}}}}}}}});
}

}  // namespace stoa::http
