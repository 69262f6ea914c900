#pragma once

#include "platform/fault.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {

/// The one exception that carries an HTTP meaning. It is thrown where a rule is broken, by the name of
/// what happened (`throw Problem::not_found("…")`), and turned into an RFC 9457 answer in one place
/// (platform/http/problem_answer). `detail` is a sentence for the client: what is wrong, what to do.
class Problem : public std::exception {
  public:
    /// 400: what came can't be read.
    static Problem unreadable(std::string detail) { return {400, std::move(detail)}; }
    /// 401: who calls is not known.
    static Problem unauthenticated(std::string detail) { return {401, std::move(detail)}; }
    /// 401: a token came, but not a good one. `detail` also goes into `WWW-Authenticate` (RFC 6750, `invalid_token`).
    static Problem bad_token(std::string detail);
    /// 403: it is known who calls, and that it is not theirs to do.
    static Problem forbidden(std::string detail) { return {403, std::move(detail)}; }
    /// 404: no such object, or no longer.
    static Problem not_found(std::string detail) { return {404, std::move(detail)}; }
    /// 409: a constraint of this service's own data.
    static Problem conflict(std::string detail) { return {409, std::move(detail)}; }
    /// 422: readable, but with faults, all of which are told.
    static Problem invalid(Faults faults);
    static Problem invalid(Fault fault) { return invalid(Faults{std::move(fault)}); }
    /// 429: too many requests from this caller.
    static Problem too_many(std::string detail, std::chrono::seconds retry_after);
    /// 503: overloaded, or the database is away.
    static Problem unavailable(std::string detail, std::chrono::seconds retry_after);
    /// Any other status, for what only HTTP itself knows of (405, 413, 415, 431, …).
    static Problem status(int status, std::string detail) { return {status, std::move(detail)}; }

    int status() const { return status_; }
    const std::string& detail() const { return detail_; }
    bool is_bad_token() const { return is_bad_token_; }
    const Faults& faults() const { return faults_; }
    const std::optional<std::chrono::seconds>& retry_after() const { return retry_after_; }
    const char* what() const noexcept override { return detail_.c_str(); }

  private:
    Problem(int status, std::string detail) : status_(status), detail_(std::move(detail)) {}

    int status_;
    std::string detail_;
    bool is_bad_token_ = false;
    Faults faults_;
    std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace stoa
