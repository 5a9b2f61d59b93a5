// Lines that the real Maelstrom sent. tests/data/transcripts holds an excerpt of recordings, lines
// of [time_ms, "in", message]; HEARSAY_TRANSCRIPTS names another folder, say of the full ones.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/protocol/line_parser.h"
#include "common/protocol/message_writer.h"

namespace hearsay::protocol {
namespace {

using nlohmann::json;

std::filesystem::path transcripts() {
  const char* folder = std::getenv("HEARSAY_TRANSCRIPTS");
  return folder != nullptr ? folder : HEARSAY_TEST_DATA "/transcripts";
}

std::vector<std::string> recorded_inputs() {
  std::vector<std::string> messages;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(transcripts())) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const std::string_view mark = "\"in\",";
      const auto start = line.find(mark);
      // The mark of another kind of line ("out") may have ours inside its message.
      if (start == std::string::npos || start > line.find('{')) continue;
      messages.push_back(line.substr(start + mark.size(), line.rfind(']') - start - mark.size()));
    }
  }
  return messages;
}

// The message written anew, without Maelstrom's "id".
std::string written(const Message& message) {
  std::string out;
  MessageWriter writer(out, message.src, message.dest, message.type);
  if (message.msg_id) writer.msg_id(*message.msg_id);
  if (message.in_reply_to) writer.in_reply_to(*message.in_reply_to);
  for (const Field& field : message.fields) writer.json(field.name, field.json);
  writer.finish();
  return out;
}

TEST(RecordedLines, AllParseIntoTheirMessages) {
  const auto lines = recorded_inputs();
  ASSERT_FALSE(lines.empty());
  std::set<std::string> types;
  LineParser parser;
  for (const std::string& line : lines) {
    const auto result = parser.parse(line);
    const auto* parsed = std::get_if<ParsedLine>(&result);
    ASSERT_TRUE(parsed) << line << "\n" << std::get<BadLine>(result).reason;
    json expected = json::parse(line);
    expected.erase("id");
    ASSERT_EQ(json::parse(written(parsed->message)), expected) << line;
    ASSERT_EQ(json::parse(parsed->body), expected["body"]);
    types.emplace(parsed->message.type);
  }
  for (const char* type : {"init", "topology", "broadcast", "read", "echo", "generate", "add",
                           "send", "poll", "txn", "cas_ok", "error"}) {
    EXPECT_TRUE(types.contains(type)) << type;
  }
}

TEST(RecordedLines, ABroadcastAsMaelstromSendsIt) {
  LineParser parser;
  const auto result = parser.parse(
      R"({"id":42,"src":"c2","dest":"n0","body":{"type":"broadcast","message":17,"msg_id":3}})");
  const auto& message = std::get<ParsedLine>(result).message;
  EXPECT_EQ(message.src, "c2");
  EXPECT_EQ(message.dest, "n0");
  EXPECT_EQ(message.type, "broadcast");
  EXPECT_EQ(message.msg_id, 3);
  EXPECT_EQ(message.in_reply_to, std::nullopt);
  ASSERT_EQ(message.fields.size(), 1U);
  EXPECT_EQ(message.field("message"), "17");
}

}  // namespace
}  // namespace hearsay::protocol
