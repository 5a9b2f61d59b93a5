#include "tools/replay/mail.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/checksum.h"
#include "common/protocol/canonical_json.h"
#include "common/protocol/message_record.h"
#include "tools/replay/words.h"

namespace hearsay::replay {
namespace {

std::uint64_t print_of(const protocol::Message& message) {
  std::vector<protocol::Field> fields(message.fields.begin(), message.fields.end());
  std::sort(fields.begin(), fields.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  std::string text;
  const auto add = [&text](std::string_view piece) { text.append(piece).push_back('\0'); };
  for (const std::string_view piece : {message.src, message.dest, message.type}) add(piece);
  add(message.msg_id ? std::to_string(*message.msg_id) : "");
  add(message.in_reply_to ? std::to_string(*message.in_reply_to) : "");
  for (const protocol::Field& field : fields) {
    add(field.name);
    protocol::append_canonical_json(text, field.json);
  }
  return checksum(text);
}

}  // namespace

void Mail::note(const protocol::Message& message) {
  if (!nodes_.contains(message.dest)) return;
  const std::uint64_t print = print_of(message);
  sent_.insert(print);
  open_.erase(print);
}

void Mail::sent(const std::string& node, std::string_view outputs) {
  std::string& line = lines_[node];
  RecordReader records(outputs);
  while (const auto record = records.next()) {
    if (record->kind != static_cast<std::uint16_t>(protocol::OutputKind::line)) continue;
    std::string_view text = record->payload;
    take<protocol::LineHeader>(text);
    if ((record->flags & protocol::kFirstPart) != 0) line.clear();
    line.append(text);
    if ((record->flags & protocol::kLastPart) == 0) continue;
    const auto parsed = parser_.parse(line);
    if (const auto* good = std::get_if<protocol::ParsedLine>(&parsed)) note(good->message);
  }
}

void Mail::received(const std::string& node, std::uint64_t number,
                    const recording::RecordedInput& input) {
  std::string_view record = input.payload;
  take<protocol::InputHeader>(record);
  std::string& whole = parts_[node];
  if (input.kind == protocol::InputKind::message) {
    whole = record;
  } else if (input.kind == protocol::InputKind::message_part) {
    if ((input.flags & protocol::kFirstPart) != 0) whole.clear();
    whole.append(record);
    if ((input.flags & protocol::kLastPart) == 0) return;
  } else {
    return;
  }
  std::vector<protocol::Field> fields;
  const auto message = protocol::decode_message_record(whole, fields);
  if (!message || !nodes_.contains(message->src)) return;
  ++received_;
  const std::uint64_t print = print_of(*message);
  if (sent_.contains(print)) return;
  open_.try_emplace(
      print, Open{received_, {node, number, describe(number, input) + ": " + body_of(input)}});
}

std::optional<Mail::Stranger> Mail::first_stranger() const {
  const auto first = std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
    return a.second.order < b.second.order;
  });
  if (first == open_.end()) return std::nullopt;
  return first->second.stranger;
}

}  // namespace hearsay::replay
