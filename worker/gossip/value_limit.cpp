#include "worker/gossip/value_limit.h"

#include <algorithm>
#include <string>

#include "worker/core/service.h"

namespace hearsay::gossip {
namespace {

// The longest envelope: a fill with as many short values as it may hold beside a long one, each in
// a run of its own, of which 350 KB are known to be possible.
constexpr std::uint64_t kEnvelopeBytes = std::uint64_t{512} * 1024;

}  // namespace

ValueLimit::ValueLimit(std::uint64_t max_line_bytes)
    : line_bytes_(max_line_bytes),
      bytes_(max_line_bytes - std::min(kEnvelopeBytes, max_line_bytes / 2)) {}

void ValueLimit::require(std::string_view value) const {
  if (value.size() <= bytes_) return;
  throw core::BadRequest("a value of " + std::to_string(value.size()) +
                         " bytes as canonical JSON; it may have " + std::to_string(bytes_) +
                         ", so that it fits a line to the other nodes (--max-line-bytes " +
                         std::to_string(line_bytes_) + ")");
}

}  // namespace hearsay::gossip
