#include "common/protocol/message.h"

namespace hearsay::protocol {

std::optional<std::string_view> Message::field(std::string_view name) const {
  for (const Field& candidate : fields) {
    if (candidate.name == name) return candidate.json;
  }
  return std::nullopt;
}

std::string trace_name(std::string_view src, std::optional<std::int64_t> msg_id) {
  if (!msg_id) return {};
  return std::string(src).append(":").append(std::to_string(*msg_id));
}

}  // namespace hearsay::protocol
