#include "common/protocol/message.h"

namespace hearsay::protocol {

std::optional<std::string_view> Message::field(std::string_view name) const {
  for (const Field& candidate : fields) {
    if (candidate.name == name) return candidate.json;
  }
  return std::nullopt;
}

}  // namespace hearsay::protocol
