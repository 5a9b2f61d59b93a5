// A message's print: the same for two texts of one message. As canonical JSON, for a network may
// print anew what it carries.
#pragma once

#include <cstdint>

#include "common/protocol/message.h"

namespace hearsay::replay {

std::uint64_t print_of(const protocol::Message& message);

}  // namespace hearsay::replay
