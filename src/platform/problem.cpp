#include "platform/problem.hpp"

namespace stoa {

Problem Problem::bad_token(std::string detail) {
    Problem problem(401, std::move(detail));
    problem.is_bad_token_ = true;
    return problem;
}

Problem Problem::invalid(Faults faults) {
    Problem problem(422, faults.size() == 1 ? "A value is not acceptable; see `errors`."
                                            : "Several values are not acceptable; see `errors`.");
    problem.faults_ = std::move(faults);
    return problem;
}

Problem Problem::too_many(std::string detail, std::chrono::seconds retry_after) {
    Problem problem(429, std::move(detail));
    problem.retry_after_ = retry_after;
    return problem;
}

Problem Problem::unavailable(std::string detail, std::chrono::seconds retry_after) {
    Problem problem(503, std::move(detail));
    problem.retry_after_ = retry_after;
    return problem;
}

}  // namespace stoa
