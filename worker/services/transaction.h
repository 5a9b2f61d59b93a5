// The transactions of Maelstrom's txn workloads: steps on the values of keys, each a read or a
// change (a write, or an append). Keys and values are any JSON; two keys are the same if their
// canonical forms are. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::services {

// A result of more bytes is refused: a short transaction can ask for a long value again and again.
inline constexpr std::size_t kLongestResultBytes = 16 * 1024 * 1024;
inline constexpr std::string_view kTooLongResult =
    "what body.txn reads is longer than 16 MiB; not done";

struct TxnStep {
  bool changes;
  std::string key;    // canonical
  std::string value;  // likewise: what is written or appended; of a read what was given, null
};

// Reads a JSON array of ["r", key, null] and [change, key, value], where `change` is the name of
// the change, "w" or "append". Throws core::BadRequest for anything else.
std::vector<TxnStep> parse_transaction(std::string_view json, std::string_view change);

}  // namespace hearsay::services
