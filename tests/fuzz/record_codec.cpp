// Bytes as records, and as a message record.
#include "common/base/check.h"
#include "common/base/record.h"
#include "common/protocol/line_parser.h"
#include "common/protocol/message_record.h"
#include "tests/fuzz/seed_lines.h"
#include "tests/fuzz/targets.h"

namespace hearsay::fuzz {
namespace {

void walk_records(std::string_view input) {
  std::string copy;
  RecordReader reader(input);
  try {
    while (const auto record = reader.next()) {
      append_record(copy, record->kind, record->flags, record->payload);
      HEARSAY_CHECK(copy.size() == reader.position(), "a copy is as long as what was read");
    }
  } catch (const CorruptSegment&) {
  }
}

}  // namespace

void record_codec(std::string_view input) {
  walk_records(input);
  static_cast<void>(protocol::decode_message_head(input));
  std::vector<protocol::Field> fields;
  const auto message = protocol::decode_message_record(input, fields);
  if (!message) return;
  std::string again;
  protocol::append_message_record(again, *message);
  HEARSAY_CHECK(again == input, "a message has one form as a record");
}

Seeds record_codec_seeds() {
  Seeds seeds;
  std::string records;
  protocol::LineParser parser;
  for (const std::string& line : line_parser_seeds()) {
    const auto parsed = parser.parse(line);
    std::string record;
    protocol::append_message_record(record, std::get<protocol::ParsedLine>(parsed).message);
    append_record(records, 1, 0, record);
    seeds.push_back(std::move(record));
    if (records.size() > 2000) {
      seeds.push_back(records);
      records.clear();
    }
  }
  return seeds;
}

}  // namespace hearsay::fuzz
