#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace stoa {

/// Reads a CSV file (RFC 4180: quoted fields may hold commas, quotes and line breaks) with a header line, record
/// by record; any record can be read again by its place.
class CsvFile {
  public:
    /// Throws std::runtime_error if the file can't be read or has no header.
    explicit CsvFile(const std::string& path);

    /// Reads the next record; false at the end. Throws std::runtime_error, with the byte where the record begins, for a quote that is
    /// never closed or a record of more than 4 MiB.
    bool next();

    /// Goes to a record's place, for next() to read it again.
    void seek(std::streamoff place);

    /// Where the record read last begins.
    std::streamoff place() const { return place_; }

    /// The record's field in the column of this name; empty if there is none.
    std::string_view field(std::string_view column) const;
    bool has_column(std::string_view column) const;
    /// Whether the record has a field for each column, and no more.
    bool is_whole() const { return fields_.size() == columns_.size(); }

  private:
    /// The next byte, counted; -1 at the end.
    int take();
    bool read_record();

    std::string path_;
    std::ifstream file_;
    std::vector<std::string> columns_;
    std::vector<std::string> fields_;
    std::streamoff place_ = 0;
    std::streamoff next_place_ = 0;
};

}  // namespace stoa
