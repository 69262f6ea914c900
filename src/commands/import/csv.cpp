#include "commands/import/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace stoa {

namespace {
constexpr std::streamoff kLongestRecord = 4 << 20;
}  // namespace

CsvFile::CsvFile(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw std::runtime_error(fmt::format("can't read '{}'", path));
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::array<char, 3> first{};
    file_.read(first.data(), first.size());
    const bool marked = std::string_view(first.data(), first.size()) == byte_order_mark;
    seek(marked ? 3 : 0);
    if (!read_record())
        throw std::runtime_error(fmt::format("'{}' is empty: a header is needed", path));
    columns_ = fields_;
}

bool CsvFile::next() { return read_record(); }

void CsvFile::seek(std::streamoff place) {
    file_.clear();
    file_.seekg(place);
    next_place_ = place;
}

std::string_view CsvFile::field(std::string_view column) const {
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    const auto index = static_cast<std::size_t>(found - columns_.begin());
    return index < std::min(columns_.size(), fields_.size()) ? std::string_view(fields_[index])
                                                             : std::string_view();
}

bool CsvFile::has_column(std::string_view column) const {
    return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

int CsvFile::take() {
    const int byte = file_.rdbuf()->sbumpc();
    if (byte != std::char_traits<char>::eof()) ++next_place_;
    return byte;
}

bool CsvFile::read_record() {
    constexpr int end = std::char_traits<char>::eof();
    place_ = next_place_;
    fields_.assign(1, "");
    bool quoted = false;
    while (true) {
        const int byte = take();
        if (byte == end && quoted) {
            throw std::runtime_error(
                fmt::format("'{}': a quote that opens in the record at byte {} is "
                            "never closed",
                            path_, place_));
        }
        if (next_place_ - place_ > kLongestRecord) {
            throw std::runtime_error(
                fmt::format("'{}': the record at byte {} has more than 4 MiB", path_, place_));
        }
        if (byte == end) return next_place_ > place_;
        const char c = static_cast<char>(byte);
        if (quoted && c == '"' && file_.rdbuf()->sgetc() == '"') {
            fields_.back() += static_cast<char>(take());  // a quote is written twice
        } else if (quoted && c == '"') {
            quoted = false;
        } else if (c == '"' && fields_.back().empty()) {
            quoted = true;
        } else if (!quoted && c == ',') {
            fields_.emplace_back();
        } else if (!quoted && c == '\n') {
            const bool empty_line =
                next_place_ - place_ <= 2 && fields_.size() == 1 && fields_[0].empty();
            if (!empty_line) return true;
            place_ = next_place_;
        } else if (quoted || c != '\r' || file_.rdbuf()->sgetc() != '\n') {
            fields_.back() += c;
        }
    }
}

}  // namespace stoa
