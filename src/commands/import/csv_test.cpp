#include "commands/import/csv.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace stoa {
namespace {

/// A file with this content, for as long as it lives.
class TestFile {
  public:
    explicit TestFile(std::string_view content) {
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~TestFile() { std::remove(path_.c_str()); }
    TestFile(const TestFile&) = delete;
    TestFile& operator=(const TestFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_ = testing::TempDir() + "stoa_csv_" + std::to_string(getpid());
};

/// The columns a and b of all records, as "[a|b]…"; or what is wrong.
std::string records(std::string_view content) {
    const TestFile file(content);
    std::string all;
    try {
        CsvFile csv(file.path());
        while (csv.next()) {
            all += "[" + std::string(csv.field("a")) + "|" + std::string(csv.field("b")) + "]";
        }
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return all;
}

bool fails_with(std::string_view content, std::string_view words) {
    return records(content).find(words) != std::string::npos;
}

TEST(Csv, gives_fields_by_their_column) {
    EXPECT_EQ(records("a,b\n1,2\n3,4\n"), "[1|2][3|4]");
    EXPECT_EQ(records("x,b,a\n1,2,3\n"), "[3|2]");
    EXPECT_EQ(records("a,b\n,\n"), "[|]");
    EXPECT_EQ(records("a,b\nn\xC3\xA9, x \n"), "[n\xC3\xA9| x ]");
}

TEST(Csv, may_end_its_lines_with_a_carriage_return_and_its_file_without_a_line_break) {
    EXPECT_EQ(records("a,b\r\n1,2\r\n3,4\r\n"), "[1|2][3|4]");
    EXPECT_EQ(records("a,b\n1,2"), "[1|2]");
    EXPECT_EQ(records("a,b"), "");
}

TEST(Csv, takes_what_is_quoted_as_it_is) {
    EXPECT_EQ(records("a,b\n\"1,2\",3\n"), "[1,2|3]");
    EXPECT_EQ(records("a,b\n\"1\n2\r\n3\",4\n"), "[1\n2\r\n3|4]");
    EXPECT_EQ(records("a,b\n\"say \"\"hi\"\"\",\"\"\n"), "[say \"hi\"|]");
    EXPECT_EQ(records("\"a\",\"b\"\n\"\"\"\",\",\"\n"), "[\"|,]");
}

TEST(Csv, skips_empty_lines) {
    EXPECT_EQ(records("a,b\n\n1,2\n\n\n3,4\n\n"), "[1|2][3|4]");
    EXPECT_EQ(records("a,b\r\n\r\n1,2\r\n\r\n"), "[1|2]");
}

TEST(Csv, ignores_a_byte_order_mark) {
    EXPECT_EQ(records("\xEF\xBB\xBF"
                      "a,b\n1,2\n"),
              "[1|2]");
}

TEST(Csv, gives_nothing_for_a_column_that_is_not_there) {
    EXPECT_EQ(records("a,c\n1,2\n"), "[1|]");
    EXPECT_EQ(records("a,b\n1\n"), "[1|]");
    EXPECT_EQ(records("a,b\n1,2,3\n"), "[1|2]");
    const TestFile file("a,b\n");
    const CsvFile csv(file.path());
    EXPECT_TRUE(csv.has_column("a"));
    EXPECT_FALSE(csv.has_column("c"));
}

TEST(Csv, says_that_a_file_is_not_there_or_empty) {
    EXPECT_THROW(CsvFile("/no/such/file.csv"), std::runtime_error);
    EXPECT_TRUE(fails_with("", "a header is needed"));
}

TEST(Csv, says_where_a_quote_is_never_closed) {
    EXPECT_TRUE(fails_with("a,b\n1,2\n3,\"4\n", "record at byte 8 is never closed"));
    EXPECT_TRUE(fails_with("\"a", "never closed"));
}

TEST(Csv, refuses_a_record_of_more_than_4_mib) {
    const std::string start = "a,b\n1,2\n";
    EXPECT_TRUE(fails_with(start + std::string(5 << 20, 'x'), "at byte 8 has more than 4 MiB"));
    EXPECT_TRUE(fails_with(start + "\"" + std::string(5 << 20, '\n'), "more than 4 MiB"));
    EXPECT_EQ(records(start + std::string(4'000'000, 'x')).size(), 5U + 3U + 4'000'000U);
}

TEST(Csv, reads_a_record_again_by_its_place) {
    const TestFile file("a,b\n1,2\n\n\"3\n3\",4\n5,6");
    CsvFile csv(file.path());
    ASSERT_TRUE(csv.next());
    const auto first = csv.place();
    ASSERT_TRUE(csv.next());
    const auto second = csv.place();
    while (csv.next()) {
    }
    csv.seek(second);
    ASSERT_TRUE(csv.next());
    EXPECT_EQ(csv.field("a"), "3\n3");
    EXPECT_EQ(csv.place(), second);
    csv.seek(first);
    ASSERT_TRUE(csv.next());
    EXPECT_EQ(csv.field("a"), "1");
    ASSERT_TRUE(csv.next());
    EXPECT_EQ(csv.place(), second);
}

}  // namespace
}  // namespace stoa
