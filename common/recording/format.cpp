#include "common/recording/format.h"

#include "common/protocol/link.h"
#include "common/shm/checked_record.h"

namespace hearsay::recording {
namespace {

void append_text(std::string& out, std::string_view text) {
  out.append(bytes_of(static_cast<std::uint32_t>(text.size()))).append(text);
}

std::string take_text(std::string_view& payload) {
  const auto bytes = take<std::uint32_t>(payload);
  if (bytes > payload.size()) throw CorruptSegment("a text is longer than its record");
  std::string text(payload.substr(0, bytes));
  payload.remove_prefix(bytes);
  return text;
}

}  // namespace

OutputSum sum_of(const Record& output, std::uint64_t check) {
  OutputSum sum{header_of(output), kNoPosition, check};
  std::string_view rest = output.payload;
  if (output.kind != static_cast<std::uint16_t>(protocol::OutputKind::wake)) {
    sum.position = take<protocol::LineHeader>(rest).position;
  }
  return sum;
}

OutputSum sum_at(const Record& output, std::uint64_t ring_position) {
  return sum_of(output, shm::check_of(header_of(output), output.payload, ring_position));
}

std::string to_payload(const BeginRecord& begin) {
  std::string payload(bytes_of(begin.fixed));
  payload.append(bytes_of(static_cast<std::uint32_t>(2 + begin.arguments.size())));
  append_text(payload, begin.node);
  append_text(payload, begin.version);
  for (const std::string& argument : begin.arguments) append_text(payload, argument);
  return payload;
}

BeginRecord begin_from(std::string_view payload) {
  BeginRecord begin;
  begin.fixed = take<Beginning>(payload);
  const auto texts = take<std::uint32_t>(payload);
  if (texts < 2) throw CorruptSegment("the beginning of a recording lacks the node's name");
  begin.node = take_text(payload);
  begin.version = take_text(payload);
  for (std::uint32_t i = 2; i < texts; ++i) begin.arguments.push_back(take_text(payload));
  return begin;
}

}  // namespace hearsay::recording
