#include "platform/ops/log.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace stoa {
namespace {

using namespace std::chrono_literals;

/// Lines as JSON while it lives.
class AsJson {
  public:
    AsJson() { set_log_format(LogFormat::json); }
    ~AsJson() { set_log_format(LogFormat::text); }
    AsJson(const AsJson&) = delete;
    AsJson& operator=(const AsJson&) = delete;
};

std::string a_line() {
    std::string out;
    LogLine line(out, Timestamp{1'700'000'000'123}, "info", "request");
    line.add("path", "/a");
    line.add("status", std::int64_t{200});
    line.add("seconds", 1'234'567'890ns);
    line.add("query", "select \"x\"\nfrom y");
    line.add("nothing", "");
    line.end();
    return out;
}

TEST(LogLine, is_words_for_people) {
    EXPECT_EQ(a_line(),
              "2023-11-14T22:13:20.123Z info request path=/a status=200 seconds=1.234567 "
              "query=\"select \\\"x\\\"\\nfrom y\" nothing=\"\"\n");
}

TEST(LogLine, is_an_object_for_programs) {
    const AsJson as_json;
    const std::string line = a_line();
    ASSERT_EQ(line.find('\n'), line.size() - 1) << line;
    const auto object = boost::json::parse(line).as_object();
    EXPECT_EQ(object.at("time"), "2023-11-14T22:13:20.123Z");
    EXPECT_EQ(object.at("level"), "info");
    EXPECT_EQ(object.at("message"), "request");
    EXPECT_EQ(object.at("path"), "/a");
    EXPECT_EQ(object.at("status"), 200);
    EXPECT_DOUBLE_EQ(object.at("seconds").as_double(), 1.234567);
    EXPECT_EQ(object.at("query"), "select \"x\"\nfrom y");
}

TEST(LogLine, is_well_formed_whatever_is_in_it) {
    const AsJson as_json;
    std::string out;
    LogLine line(out, Timestamp{0}, "error", "\xFF broken \x01 é");
    line.end();
    EXPECT_EQ(boost::json::parse(out).as_object().at("message"), "? broken \x01 ??");
}

}  // namespace
}  // namespace stoa
