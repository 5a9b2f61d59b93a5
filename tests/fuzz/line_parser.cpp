// Lines of stdin, up to what becomes of a good one: the message as a record, its fields in
// canonical form.
#include "common/protocol/line_parser.h"

#include "common/base/check.h"
#include "common/protocol/array_elements.h"
#include "common/protocol/canonical_json.h"
#include "common/protocol/message_record.h"
#include "common/protocol/plain_line.h"
#include "tests/fuzz/seed_lines.h"
#include "tests/fuzz/targets.h"

namespace hearsay::fuzz {
namespace {

void check_field(const protocol::Field& field) {
  std::string once;
  protocol::append_canonical_json(once, field.json);
  std::string twice;
  protocol::append_canonical_json(twice, once);
  HEARSAY_CHECK(once == twice, "the canonical form of a value is canonical");
  if (field.json.starts_with('[')) {
    std::uint64_t bytes = 0;
    protocol::for_each_element(field.json,
                               [&](std::string_view element) { bytes += element.size(); });
    HEARSAY_CHECK(bytes < field.json.size(), "elements are parts of their array");
  }
}

std::string record_of(const protocol::ParsedLine& line) {
  std::string record(line.body);
  protocol::append_message_record(record, line.message);
  return record;
}

// What goes the short way would have come to the same on the long one.
void compare_ways(std::string_view input) {
  std::vector<protocol::Field> fields;
  const auto plain = protocol::parse_plain_line(input, fields);
  if (!plain) return;
  protocol::LineParser parser;
  const auto any = parser.parse_any(input);
  const auto* line = std::get_if<protocol::ParsedLine>(&any);
  HEARSAY_CHECK(line != nullptr, "a plain line is a good one");
  HEARSAY_CHECK(record_of(*plain) == record_of(*line), "both ways read the same");
}

}  // namespace

void line_parser(std::string_view input) {
  compare_ways(input);
  protocol::LineParser parser;
  const auto parsed = parser.parse(input);
  const auto* line = std::get_if<protocol::ParsedLine>(&parsed);
  if (line == nullptr) {
    HEARSAY_CHECK(!std::get<protocol::BadLine>(parsed).reason.empty(), "a bad line has a reason");
    return;
  }
  std::string record;
  protocol::append_message_record(record, line->message);
  std::vector<protocol::Field> fields;
  const auto decoded = protocol::decode_message_record(record, fields);
  HEARSAY_CHECK(decoded.has_value(), "what was written is read");
  std::string again;
  protocol::append_message_record(again, *decoded);
  HEARSAY_CHECK(record == again, "what was read is what was written");
  for (const protocol::Field& field : line->message.fields) check_field(field);
}

Seeds line_parser_seeds() {
  Seeds seeds = recorded_lines();
  for (const Role& role : kRoles) {
    const auto lines = overheard_lines(role);
    seeds.insert(seeds.end(), lines.begin(), lines.end());
  }
  return seeds;
}

}  // namespace hearsay::fuzz
