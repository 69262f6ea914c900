#include "platform/http/problem_answer.hpp"

#include "platform/json/utf8.hpp"
#include "platform/json/write.hpp"

namespace stoa::http {

namespace {

void write_faults(std::string& out, const Faults& faults) {
    out += R"(,"errors":[)";
    for (const Fault& fault : faults) {
        if (&fault != faults.data()) out += ',';
        out += fault.in == Fault::In::body ? R"({"pointer":)" : R"({"parameter":)";
        json::write_text(out, fault.where);
        out += R"(,"detail":)";
        json::write_text(out, fault.detail);
        out += '}';
    }
    out += ']';
}

/// RFC 6750, section 3: a reason only where a token came.
std::string challenge(const Problem& problem) {
    std::string fields = R"(Bearer realm="stoa")";
    if (problem.is_bad_token()) {
        fields += R"(, error="invalid_token", error_description=")" + problem.detail() + '"';
    }
    return fields;
}

}  // namespace

Response answer(const Problem& problem, std::string_view instance) {
    Response response;
    response.status = problem.status();
    std::string& body = response.body;
    body += R"({"type":"about:blank","title":)";
    json::write_text(body, reason(problem.status()));
    body += R"(,"status":)";
    json::write_integer(body, problem.status());
    body += R"(,"detail":)";
    json::write_text(body, problem.detail());
    body += R"(,"instance":)";
    json::write_text(body, utf8::valid(instance) ? instance : "");
    if (!problem.faults().empty()) write_faults(body, problem.faults());
    body += '}';
    if (const auto& after = problem.retry_after()) {
        response.headers.emplace_back("Retry-After", std::to_string(after->count()));
    }
    if (problem.status() == 401)
        response.headers.emplace_back("WWW-Authenticate", challenge(problem));
    return response;
}

}  // namespace stoa::http
