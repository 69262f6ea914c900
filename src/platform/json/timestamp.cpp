#include "platform/json/timestamp.hpp"

#include <array>
#include <chrono>

namespace stoa {

namespace {

// Years have four digits.
constexpr Timestamp kFirst{-62'167'219'200'000};
constexpr Timestamp kLast{253'402'300'799'999};

/// Reads exactly `count` digits off the front of `text`; -1 if there are fewer.
int take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

/// The fraction of a second in front of `text`, in milliseconds; further digits are dropped.
std::optional<int> take_fraction(std::string_view& text) {
    if (!take(text, ".")) return 0;
    int value = 0;
    std::size_t digits = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits) {
        if (digits < 3) value = value * 10 + (text[0] - '0');
    }
    for (std::size_t i = digits; i < 3; ++i) value *= 10;
    return digits > 0 ? std::optional(value) : std::nullopt;
}

std::optional<int> take_offset_minutes(std::string_view& text) {
    if (take(text, "Zz")) return 0;
    const bool west = text.starts_with('-');
    if (!take(text, "+-")) return std::nullopt;
    const int hours = take_digits(text, 2);
    if (hours < 0 || hours > 23 || !take(text, ":")) return std::nullopt;
    const int minutes = take_digits(text, 2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
    return west ? -(hours * 60 + minutes) : hours * 60 + minutes;
}

void put_digits(char* at, unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

Timestamp Timestamp::now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

std::optional<Timestamp> Timestamp::parse(std::string_view text) {
    namespace chrono = std::chrono;
    const int year = take_digits(text, 4);
    if (year < 0 || !take(text, "-")) return std::nullopt;
    const int month = take_digits(text, 2);
    if (month < 0 || !take(text, "-")) return std::nullopt;
    const int day = take_digits(text, 2);
    const chrono::year_month_day date{chrono::year{year},
                                      chrono::month{static_cast<unsigned>(month)},
                                      chrono::day{static_cast<unsigned>(day)}};
    if (day < 0 || !date.ok() || !take(text, "Tt ")) return std::nullopt;
    const int hour = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !take(text, ":")) return std::nullopt;
    const int minute = take_digits(text, 2);
    if (minute < 0 || minute > 59 || !take(text, ":")) return std::nullopt;
    const int second = take_digits(text, 2);
    if (second < 0 || second > 60) return std::nullopt;
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    const auto offset = take_offset_minutes(text);
    if (!offset || !text.empty()) return std::nullopt;
    const auto moment = chrono::sys_days{date} + chrono::hours{hour} + chrono::minutes{minute} +
                        chrono::seconds{second} + chrono::milliseconds{*fraction} -
                        chrono::minutes{*offset};
    const Timestamp result{
        chrono::duration_cast<chrono::milliseconds>(moment.time_since_epoch()).count()};
    const bool in_range = result >= kFirst && result <= kLast;
    return in_range ? std::optional(result) : std::nullopt;
}

void Timestamp::append_to(std::string& out) const {
    namespace chrono = std::chrono;
    const chrono::sys_time<chrono::milliseconds> moment{std::chrono::milliseconds{milliseconds}};
    const auto midnight = chrono::floor<chrono::days>(moment);
    const chrono::year_month_day date{midnight};
    const chrono::hh_mm_ss<chrono::milliseconds> time{moment - midnight};
    std::array<char, 24> text{"0000-00-00T00:00:00.000"};
    put_digits(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
    put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
    put_digits(&text[11], static_cast<unsigned>(time.hours().count()), 2);
    put_digits(&text[14], static_cast<unsigned>(time.minutes().count()), 2);
    put_digits(&text[17], static_cast<unsigned>(time.seconds().count()), 2);
    put_digits(&text[20], static_cast<unsigned>(time.subseconds().count()), 3);
    text[23] = 'Z';
    out.append(text.data(), text.size());
}

std::string Timestamp::str() const {
    std::string out;
    append_to(out);
    return out;
}

}  // namespace stoa
