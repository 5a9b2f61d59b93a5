#include "tools/replay/message_print.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/checksum.h"
#include "common/protocol/canonical_json.h"

namespace hearsay::replay {

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

}  // namespace hearsay::replay
