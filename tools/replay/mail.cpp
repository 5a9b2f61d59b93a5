#include "tools/replay/mail.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "common/protocol/message_record.h"
#include "tools/replay/message_print.h"
#include "tools/replay/words.h"

namespace hearsay::replay {
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
    std::string_view json = line;
    if (json.ends_with('\n')) json.remove_suffix(1);  // with it the parser takes its long way
    const auto parsed = parser_.parse(json);
    if (const auto* good = std::get_if<protocol::ParsedLine>(&parsed)) note(good->message);
  }
}

std::optional<std::uint64_t> Mail::received(const std::string& node, std::uint64_t number,
                                            const recording::RecordedInput& input,
                                            bool of_strangers) {
  std::string_view record = input.payload;
  take<protocol::InputHeader>(record);
  std::string& whole = parts_[node];
  if (input.kind == protocol::InputKind::message) {
    whole = record;
  } else if (input.kind == protocol::InputKind::message_part) {
    if ((input.flags & protocol::kFirstPart) != 0) whole.clear();
    whole.append(record);
    if ((input.flags & protocol::kLastPart) == 0) return std::nullopt;
  } else {
    return std::nullopt;
  }
  std::vector<protocol::Field> fields;
  const auto message = protocol::decode_message_record(whole, fields);
  if (!message) return std::nullopt;
  const bool of_node = nodes_.contains(message->src);
  if (!of_node && !of_strangers) return std::nullopt;
  const std::uint64_t print = print_of(*message);
  if (!of_node) return print;
  ++received_;
  if (sent_.contains(print)) return print;
  open_.try_emplace(
      print, Open{received_, {node, number, describe(number, input) + ": " + body_of(input)}});
  return print;
}

std::optional<Mail::Stranger> Mail::first_stranger() const {
  const auto first = std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
    return a.second.order < b.second.order;
  });
  if (first == open_.end()) return std::nullopt;
  return first->second.stranger;
}

}  // namespace hearsay::replay
