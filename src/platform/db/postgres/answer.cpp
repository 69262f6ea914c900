#include "platform/db/postgres/answer.hpp"

#include "platform/json/integer.hpp"
#include "platform/problem.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <string_view>

namespace stoa::db::postgres {

namespace {

using namespace std::chrono_literals;

// pg_type.dat: numbers that never change.
constexpr Oid kInt8 = 20;
constexpr Oid kText = 25;

constexpr std::string_view kSerializationFailure = "40001";
constexpr std::string_view kDeadlock = "40P01";
constexpr std::string_view kReadOnly = "25006";

class ResultRow final : public Row {
  public:
    ResultRow(const PGresult* result, int row) : result_(result), row_(row) {}
    bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
    std::int64_t integer(int column) const override {
        const auto value = parse_integer(text(column));
        if (!value) throw std::logic_error(fmt::format("'{}' is no integer", text(column)));
        return *value;
    }
    std::string_view text(int column) const override {
        return {PQgetvalue(result_, row_, column),
                static_cast<std::size_t>(PQgetlength(result_, row_, column))};
    }

  private:
    const PGresult* result_;
    int row_;
};

std::string field(const PGresult* result, int code) {
    const char* const text = PQresultErrorField(result, code);
    return text ? text : "";
}

std::string without_end_of_line(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

std::string message_of(const PGresult* result) {
    const std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    return without_end_of_line(message.empty() ? PQresultErrorMessage(result) : message);
}

}  // namespace

Failure::Failure(const PGresult* result)
    : std::runtime_error(message_of(result)), sqlstate_(field(result, PG_DIAG_SQLSTATE)) {
    // Without a state it comes from libpq: the connection is gone.
    const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    ends_connection_ = sqlstate_.empty() || severity == "FATAL" || severity == "PANIC";
}

bool Failure::is_a_clash() const {
    return sqlstate_ == kSerializationFailure || sqlstate_ == kDeadlock || is_a_violation();
}

bool Failure::is_of_the_server() const { return ends_connection_ || sqlstate_ == kReadOnly; }

void Failure::throw_as_problem(const std::string& sql) const {
    const std::string told = fmt::format("PostgreSQL: {} ({}) in: {}", what(), sqlstate_, sql);
    const auto is_of = [this](std::string_view group) { return sqlstate_.starts_with(group); };
    if (is_of("23")) {
        spdlog::debug(told);
        throw Problem::conflict("A constraint of the stored data forbids this.");
    }
    if (is_a_clash()) {
        spdlog::warn(told);
        throw Problem::unavailable("Too many change the same thing; try again shortly.", 1s);
    }
    spdlog::error(told);
    // Want of resources, what an operator has done, the system's errors.
    if (is_of_the_server() || is_of("53") || is_of("55") || is_of("57") || is_of("58")) {
        throw Problem::unavailable("The database can't be used at the moment.", 5s);
    }
    throw std::logic_error(told);
}

std::string error_of(const PGconn* connection) {
    return without_end_of_line(PQerrorMessage(connection));
}

void read_rows(const PGresult* result, const OnRow& on_row) {
    const int rows = PQntuples(result);
    for (int i = 0; i < rows; ++i) on_row(ResultRow(result, i));
}

Parameters::Parameters(std::span<const Value> values) {
    numbers_.reserve(values.size());  // so that none moves
    for (const Value& value : values) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            texts_.push_back(numbers_.emplace_back(fmt::format("{}", *number)).c_str());
            types_.push_back(kInt8);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            // What comes in has none: api.md.
            if (text->find('\0') != std::string::npos) throw std::logic_error("a NUL in a text");
            texts_.push_back(text->c_str());
            types_.push_back(kText);
        } else {
            texts_.push_back(nullptr);
            types_.push_back(0);
        }
    }
}

}  // namespace stoa::db::postgres
