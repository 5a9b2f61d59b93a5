// The journal's record of values that have ids, as short as can be: a million of them are read
// before a worker is ready.
//
//   fate item...                           what becomes of the values (told, owed), then each:
//   item: time source number text          varints (common/base/varint.h)
//
//   time    since the item before, in this record or an earlier one, ns; signed
//   source  its number, times two; plus one if this is the first time: then rank and incarnation
//           follow
//   number  how many are missing before it: 0 if it is the next of its source
//   text    its length times two, then the text; or, of a value that is there already, its number
//           times two plus one
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "worker/gossip/value_log.h"
#include "worker/gossip/value_set.h"

namespace hearsay::gossip {

// What the step that learned values made of them, as their strategy understands it.
enum class Fate : std::uint8_t { none, told, owed };

// An item as it is in the journal.
struct ValueItem {
  std::int64_t after_ns;
  std::uint32_t source_number;
  bool is_new_source;
  Source source;  // if it is new
  std::uint32_t missing;
  bool is_known;
  std::string_view text;  // unless it is known
  std::uint32_t value;    // if it is
};

class ValueRecord {
 public:
  explicit ValueRecord(Fate fate) : bytes_(1, static_cast<char>(fate)) {}

  void append(const ValueItem& item);
  bool empty() const { return bytes_.size() == 1; }
  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Both shorten `bytes` and throw CorruptSegment when it is no such record.
Fate take_fate(std::string_view& bytes);
ValueItem take_item(std::string_view& bytes);

}  // namespace hearsay::gossip
