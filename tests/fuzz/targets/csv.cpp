#include "commands/import/csv.hpp"

#include "fuzz/fuzz.hpp"
#include "fuzz/memory_file.hpp"

#include <array>
#include <stdexcept>

namespace stoa::fuzz {
namespace {

constexpr std::array<std::string_view, 3> kColumns{"a", "b", "c"};
constexpr std::string_view kHeader = "a,b,c\n";

using Record = std::array<std::string, kColumns.size()>;

Record fields_of(const CsvFile& csv) {
    Record record;
    for (std::size_t i = 0; i < record.size(); ++i) record.at(i) = csv.field(kColumns.at(i));
    return record;
}

/// The records that have a field for each column, up to one that can't be read.
std::vector<Record> records_of(CsvFile& csv) {
    std::vector<Record> records;
    std::streamoff last = -1;
    try {
        while (csv.next()) {
            must(csv.place() > last, "each record has its place, after the one before");
            last = csv.place();
            if (csv.is_whole()) records.push_back(fields_of(csv));
        }
    } catch (const std::runtime_error&) {
    }
    return records;
}

/// The records of a file, read again by their places, the last one first.
void check_places(CsvFile& csv) {
    std::vector<std::pair<std::streamoff, Record>> all;
    csv.seek(0);
    try {
        while (csv.next()) all.emplace_back(csv.place(), fields_of(csv));
    } catch (const std::runtime_error&) {
    }
    for (auto one = all.rbegin(); one != all.rend(); ++one) {
        csv.seek(one->first);
        must(csv.next() && csv.place() == one->first && fields_of(csv) == one->second,
             "a record is read again by its place");
    }
}

std::string quoted(std::string_view field) {
    std::string out = "\"";
    for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

/// As a whole file, and as the lines below a header that is known.
void run(std::string_view input) {
    try {
        const MemoryFile as_it_is(input);
        CsvFile csv(as_it_is.path());
        while (csv.next())
            must(csv.field("\n no column \n").empty() || input.find("no column") != input.npos,
                 "a column that is not there has no field");
    } catch (const std::runtime_error&) {
    }
    const MemoryFile below(std::string(kHeader) + std::string(input));
    CsvFile csv(below.path());
    for (const std::string_view column : kColumns) {
        must(csv.has_column(column), "the header names the columns");
    }
    const std::vector<Record> records = records_of(csv);
    check_places(csv);
    std::string rewritten(kHeader);
    for (const Record& record : records) {
        rewritten += quoted(record[0]) + ',' + quoted(record[1]) + ',' + quoted(record[2]) + '\n';
    }
    const MemoryFile again(rewritten);
    CsvFile csv_again(again.path());
    must(records_of(csv_again) == records, "records come back as they are written");
}

const Registered registered("csv", run);

}  // namespace
}  // namespace stoa::fuzz
