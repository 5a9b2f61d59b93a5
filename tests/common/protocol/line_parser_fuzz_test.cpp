// Random damage to lines, with a fixed seed: the parser must agree with nlohmann's DOM on what is a
// message and on all of its parts.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "common/protocol/line_parser.h"
#include "tests/common/protocol/random_json.h"

namespace hearsay::protocol {
namespace {

using nlohmann::json;

bool is_text(const json& object, const char* name, bool may_be_empty) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() &&
         (may_be_empty || !found->get_ref<const std::string&>().empty());
}

bool is_id_or_absent(const json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return true;
  if (found->is_number_unsigned()) {
    return found->get<std::uint64_t>() <=
           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
  return found->is_number_integer();
}

// The DOM's answer: the message, or null.
json message_or_null(const std::string& line) {
  if (line.find('\0') != std::string::npos) return nullptr;  // the DOM takes it for the end
  json message = json::parse(line, nullptr, false);
  if (!message.is_object() || !is_text(message, "src", false) || !is_text(message, "dest", false)) {
    return nullptr;
  }
  const auto body = message.find("body");
  const bool good = body != message.end() && body->is_object() && is_text(*body, "type", true) &&
                    is_id_or_absent(*body, "msg_id") && is_id_or_absent(*body, "in_reply_to");
  return good ? message : json(nullptr);
}

// The parser's answer, put together again.
json reassembled(const Message& message) {
  json body;
  for (const Field& field : message.fields) {
    EXPECT_FALSE(body.contains(field.name)) << field.name << " twice";
    body[std::string(field.name)] = json::parse(field.json);
  }
  body["type"] = message.type;
  if (message.msg_id) body["msg_id"] = *message.msg_id;
  if (message.in_reply_to) body["in_reply_to"] = *message.in_reply_to;
  return {{"src", message.src}, {"dest", message.dest}, {"body", body}};
}

class LineParserFuzz : public testing::Test {
 protected:
  void check(const std::string& line) {
    // In memory of its exact size, so that the address sanitizer sees every read outside.
    const auto copy = std::make_unique<char[]>(std::max<std::size_t>(line.size(), 1));
    std::copy(line.begin(), line.end(), copy.get());
    const auto result = parser_.parse({copy.get(), line.size()});
    const json expected = message_or_null(line);
    if (const auto* bad = std::get_if<BadLine>(&result)) {
      ++bad_lines_;
      ASSERT_TRUE(expected.is_null()) << line << "\n" << bad->reason;
      ASSERT_FALSE(bad->reason.empty());
      for (const char c : bad->reason) ASSERT_TRUE(c >= 0x20 && c < 0x7F) << line;
      return;
    }
    ++good_lines_;
    ASSERT_FALSE(expected.is_null()) << line;
    const auto& parsed = std::get<ParsedLine>(result);
    const json found = reassembled(parsed.message);
    // As text: for operator== 1 is 1.0.
    ASSERT_EQ(found["src"].dump(), expected["src"].dump()) << line;
    ASSERT_EQ(found["dest"].dump(), expected["dest"].dump()) << line;
    ASSERT_EQ(found["body"].dump(), expected["body"].dump()) << line;
    ASSERT_EQ(json::parse(parsed.body).dump(), expected["body"].dump()) << line;
  }

  // A line with all that a message has, each part of it sometimes wrong or absent.
  std::string random_line() {
    json body = json::object();
    for (std::size_t left = random_.below(4); left > 0; --left) {
      body[random_.text()] = random_.value(2);
    }
    place(body, "type", "broadcast");
    place(body, "msg_id", random_.below(1000));
    if (random_.below(2) == 0) place(body, "in_reply_to", random_.below(1000));
    json message = {{"id", random_.value(1)}};
    place(message, "src", std::string("c") + random_.text());
    place(message, "dest", "n1");
    place(message, "body", std::move(body));
    return random_.spell(message);
  }

  void place(json& object, const char* name, json value) {
    const std::size_t luck = random_.below(40);
    if (luck == 0) return;
    object[name] = luck == 1 ? random_.value(1) : std::move(value);
  }

  std::string damaged(std::string line) {
    static const std::vector<std::string> kWords = {"\"",
                                                    "\\",
                                                    "{",
                                                    "}",
                                                    "[",
                                                    "]",
                                                    ",",
                                                    ":",
                                                    " ",
                                                    "\t",
                                                    "\r",
                                                    "0",
                                                    "-",
                                                    "1e5",
                                                    ".5",
                                                    "null",
                                                    "true",
                                                    "\"src\":",
                                                    "\"dest\"",
                                                    "\"body\":{",
                                                    "\\u",
                                                    "e",
                                                    "\xC3",
                                                    "\xA9",
                                                    "\xEF\xBB\xBF",
                                                    R"("type":"x",)",
                                                    "\"msg_id\":1,",
                                                    "\\u0000",
                                                    std::string(1, '\0'),
                                                    "99999999999999999999",
                                                    R"("\u0073rc":"c",)"};
    for (std::size_t left = random_.below(4) + 1; left > 0 && !line.empty(); --left) {
      const std::size_t at = random_.below(line.size());
      const std::size_t bytes = random_.below(std::min<std::size_t>(line.size() - at, 12) + 1);
      switch (random_.below(6)) {
        case 0:
          line[at] = static_cast<char>(random_.below(256));
          break;
        case 1:
          line[at] = static_cast<char>(line[at] ^ (1 << random_.below(8)));
          break;
        case 2:
          line.erase(at, bytes);
          break;
        case 3:
          line.insert(at, line.substr(random_.below(line.size()), bytes));
          break;
        case 4:
          line.insert(at, kWords[random_.below(kWords.size())]);
          break;
        default:
          if (random_.below(4) == 0) line.resize(at);
          break;
      }
    }
    return line;
  }

  LineParser parser_;
  RandomJson random_{7};
  int good_lines_ = 0;
  int bad_lines_ = 0;
};

TEST_F(LineParserFuzz, WholeLines) {
  for (int round = 0; round < 20'000 && !HasFatalFailure(); ++round) check(random_line());
  EXPECT_GT(good_lines_, 10'000);
  EXPECT_GT(bad_lines_, 1000);
}

TEST_F(LineParserFuzz, DamagedLines) {
  for (int round = 0; round < 10'000 && !HasFatalFailure(); ++round) {
    const std::string line = random_line();
    for (int again = 0; again < 8 && !HasFatalFailure(); ++again) check(damaged(line));
  }
  EXPECT_GT(good_lines_, 5000);
  EXPECT_GT(bad_lines_, 20'000);
}

TEST_F(LineParserFuzz, Noise) {
  for (int round = 0; round < 20'000 && !HasFatalFailure(); ++round) {
    std::string line;
    for (std::size_t left = random_.below(12); left > 0; --left) line += damaged("\"a\":{}");
    check(line);
  }
  EXPECT_GT(bad_lines_, 10'000);
}

}  // namespace
}  // namespace hearsay::protocol
