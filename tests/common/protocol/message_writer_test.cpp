#include "common/protocol/message_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/common/protocol/random_json.h"

namespace hearsay::protocol {
namespace {

using nlohmann::json;

TEST(MessageWriter, TheExampleOfTheHeader) {
  std::string out;
  MessageWriter(out, "n1", "c2", "read_ok").in_reply_to(7).json("messages", "[1,2]").finish();
  EXPECT_EQ(out,
            R"({"src":"n1","dest":"c2","body":{"type":"read_ok","in_reply_to":7,"messages":[1,2]}})"
            "\n");
}

TEST(MessageWriter, EveryKindOfField) {
  std::string out = "before\n";
  MessageWriter writer(out, "n\"1", "c2", "x");
  writer.msg_id(std::numeric_limits<std::int64_t>::min()).integer("big", INT64_MAX);
  writer.string("text", "a\nb").begin("own");
  out += "{}";
  writer.finish();
  EXPECT_EQ(out,
            "before\n"
            R"({"src":"n\"1","dest":"c2","body":{"type":"x","msg_id":-9223372036854775808,)"
            R"("big":9223372036854775807,"text":"a\nb","own":{}}})"
            "\n");
}

TEST(MessageWriter, JsonStaysOnOneLine) {
  std::string out;
  MessageWriter(out, "a", "b", "t").json("v", "\r\n[1,\n\n2\r]\n").finish();
  EXPECT_EQ(out, "{\"src\":\"a\",\"dest\":\"b\",\"body\":{\"type\":\"t\",\"v\":  [1,  2 ] }}\n");
  for (const char* feed : {"\n", "\r"}) {
    out.clear();
    MessageWriter(out, "a", "b", "t").json("v", std::string("[1,") + feed + "2]").finish();
    EXPECT_NE(out.find("[1, 2]"), std::string::npos) << out;
  }
}

TEST(MessageWriter, Error) {
  std::string out;
  append_error(out, "n1", "c1", 3, ErrorCode::malformed_request, "missing \"echo\"");
  EXPECT_EQ(out, R"({"src":"n1","dest":"c1","body":{"type":"error","in_reply_to":3,"code":12,)"
                 R"("text":"missing \"echo\""}})"
                 "\n");
}

TEST(MessageWriter, StringsAreEscapedAsTheRfcSays) {
  std::string out;
  append_json_string(out, std::string_view("\0\x01\b\f\n\r\t\x1f \"\\/\x7f\xC3\xA9", 15));
  EXPECT_EQ(out, "\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f \\\"\\\\/\x7f\xC3\xA9\"");
  out.clear();
  append_json_string(out, "");
  EXPECT_EQ(out, "\"\"");
}

TEST(MessageWriter, PropertyAnyTextReadsBack) {
  RandomJson random(3);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = random.text();
    std::string out;
    MessageWriter(out, text, text, text).string("x", text).finish();
    ASSERT_EQ(out.find('\n'), out.size() - 1);
    const json expected = {{"src", text}, {"dest", text}, {"body", {{"type", text}, {"x", text}}}};
    ASSERT_EQ(json::parse(out), expected) << out;
  }
}

}  // namespace
}  // namespace hearsay::protocol
