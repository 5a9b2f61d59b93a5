// The short way against the long one: whatever it takes, both read the same.
#include "common/protocol/plain_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "common/protocol/message_record.h"

namespace hearsay::protocol {
namespace {

constexpr const char* kPlainLines[] = {
    R"({"id":7,"src":"c1","dest":"n1","body":{"echo":"Please echo 35","type":"echo","msg_id":3}})",
    R"({"src":"n0","dest":"n1","body":{"type":"tell","have":[["n0",1,[3,-4]],[]],"a":{"b":{}}}})",
    R"({ "body" : { "x" : true , "type" : "" , "in_reply_to" : 0 } , "dest" : "n" , "src" : "c" } )",
    R"({"src":"c1","dest":"n1","body":{"type":"read_ok","y":null,"z":false,"msg_id":-12,"n":10}})",
};

std::string record_of(const ParsedLine& line) {
  std::string record(line.body);
  append_message_record(record, line.message);
  return record;
}

// Whether it is plain; what is must be the same on both ways.
bool is_plain(const std::string& line) {
  std::vector<Field> fields;
  const auto plain = parse_plain_line(line, fields);
  if (!plain) {
    EXPECT_TRUE(fields.empty()) << line;
    return false;
  }
  LineParser parser;
  const auto any = parser.parse_any(line);
  const auto* parsed = std::get_if<ParsedLine>(&any);
  EXPECT_NE(parsed, nullptr) << line << ": " << std::get<BadLine>(any).reason;
  if (parsed != nullptr) {
    EXPECT_EQ(record_of(*plain), record_of(*parsed)) << line;
  }
  return true;
}

TEST(PlainLine, WhatMaelstromWritesIsPlain) {
  for (const std::string line : kPlainLines) EXPECT_TRUE(is_plain(line)) << line;
}

// Each byte removed, and each of those that mean something put before it and in its place.
template <typename Each>
void for_each_change(Each&& each) {
  const std::string meaningful = std::string("{}[]\",:\\-+.eE019 \t\r\ntfnusb/\x7f\x80") + '\0';
  for (const std::string line : kPlainLines) {
    for (std::size_t at = 0; at < line.size(); ++at) {
      each(std::string(line).erase(at, 1));
      for (const char c : meaningful) {
        each(std::string(line).replace(at, 1, 1, c));
        each(std::string(line).insert(at, 1, c));
      }
    }
  }
}

TEST(PlainLine, AnyChangeOfOneByteIsReadTheSame) {
  int plain = 0;
  int not_plain = 0;
  for_each_change([&](const std::string& line) { ++(is_plain(line) ? plain : not_plain); });
  EXPECT_GT(plain, 1000);
  EXPECT_GT(not_plain, 1000);
}

TEST(PlainLine, PlainJsonIsJson) {
  int plain = 0;
  int not_json = 0;
  for_each_change([&](const std::string& line) {
    const bool is_json = line.find('\0') == std::string::npos && nlohmann::json::accept(line);
    not_json += is_json ? 0 : 1;
    if (!is_plain_json(line)) return;
    ++plain;
    EXPECT_TRUE(is_json) << line;
  });
  EXPECT_GT(plain, 1000);
  EXPECT_GT(not_json, 1000);
  EXPECT_TRUE(is_plain_json(R"(["n1", -5,{"a":[]}])"));
  for (const char* not_plain : {"", "[1", "[1] x", "[01]", "[1.5]", "5"}) {
    EXPECT_FALSE(is_plain_json(not_plain)) << not_plain;
  }
}

TEST(PlainLine, WhatIsOutOfTheOrdinaryIsLeftToTheParser) {
  const auto with = [](const std::string& fields) {
    return R"({"src":"c1","dest":"n1","body":{"type":"x",)" + fields + "}}";
  };
  ASSERT_TRUE(is_plain(with(R"("a":18446744073709551615,"msg_id":-999999999999999999)")));
  for (const char* fields :
       {R"("a":100000000000000000000)", R"("msg_id":1000000000000000000)", R"("a":1.5)",
        R"("a":1e3)", R"("a":"\u0041")", R"("a":"ä")", R"("a":1,"a":2)", R"("type":"y")",
        R"("msg_id":1,"msg_id":2)", R"("msg_id":null)", R"("msg_id":"1")"}) {
    EXPECT_FALSE(is_plain(with(fields))) << fields;
  }
  EXPECT_FALSE(is_plain(R"({"src":"","dest":"n1","body":{"type":"x"}})"));
  EXPECT_FALSE(is_plain(R"({"src":"c1","src":"c2","dest":"n1","body":{"type":"x"}})"));
  EXPECT_FALSE(is_plain(R"({"src":"c1","dest":"n1","body":{"type":"x"},"body":{"type":"y"}})"));
  EXPECT_FALSE(is_plain(R"({"src":"c1","dest":"n1","body":{"msg_id":1}})"));
  EXPECT_FALSE(is_plain(""));
}

TEST(PlainLine, ManyFieldsAndDeepNestingAreLeftToTheParser) {
  const auto nested = [](std::size_t depth) {
    return R"({"src":"c1","dest":"n1","body":{"type":"x","a":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}}";
  };
  EXPECT_TRUE(is_plain(nested(10)));
  EXPECT_FALSE(is_plain(nested(100'000)));
  const auto wide = [](int count) {
    std::string line = R"({"src":"c1","dest":"n1","body":{"type":"x")";
    for (int i = 0; i < count; ++i) line += ",\"f" + std::to_string(i) + "\":1";
    return line + "}}";
  };
  EXPECT_TRUE(is_plain(wide(10)));
  EXPECT_FALSE(is_plain(wide(100)));
}

}  // namespace
}  // namespace hearsay::protocol
