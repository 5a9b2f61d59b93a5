// The values that a node knows, kept as the text that a read returns.
//
// Values are canonical JSON (common/protocol/canonical_json.h) and are numbered in the order in
// which they came. Adding one costs the same however many there are, the whole list is always at
// hand as text, and no value is stored twice. Beside its text a value costs 9 to 14 bytes. Not
// thread-safe, not even for reading.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "common/base/growing_array.h"
#include "common/options/service_options.h"
#include "worker/gossip/value_index.h"

namespace hearsay::gossip {

class ValueSet {
 public:
  ValueSet();
  ValueSet(const ValueSet&) = delete;
  ValueSet& operator=(const ValueSet&) = delete;

  // False when the value is there already.
  bool add(std::string_view value);
  // Adds one of which that is known not to be so: it comes from the journal. The index waits until
  // it is used, or for restored(): it is built quicker at once than bit by bit.
  void restore(std::string_view value) { append(value); }
  void restored() { index_what_waits(); }

  bool contains(std::string_view value) const { return find(value).has_value(); }
  std::optional<std::uint32_t> find(std::string_view value) const;
  std::string_view operator[](std::uint32_t number) const {
    return json_array().substr(begin(number), bytes(number));
  }
  std::uint64_t bytes(std::uint32_t number) const {
    const bool is_last = number + 1 == size();
    return (is_last ? text_.size() : begin(number + 1)) - begin(number) - 1;
  }
  std::uint32_t size() const { return begins_.size(); }
  bool empty() const { return begins_.empty(); }

  // Every value, in the order in which they came: a JSON array.
  std::string_view json_array() const { return {text_.data(), text_.size()}; }

 private:
  // So few values that the last one begins less than 4 GiB behind the first one.
  static constexpr std::uint32_t kBlock = 128;
  static_assert(kBlock * (kLongestLineBytes + 1) <= std::numeric_limits<std::uint32_t>::max());

  std::uint64_t begin(std::uint32_t number) const {
    return block_begins_[number / kBlock] + begins_[number];
  }
  void append(std::string_view value);
  std::uint64_t hash_of(std::uint32_t number) const;
  std::optional<std::uint32_t> find(std::string_view value, std::uint64_t hash) const;
  void index_what_waits() const;

  GrowingArray<char> text_;
  GrowingArray<std::uint64_t, std::uint32_t> block_begins_;  // in the text, of every kBlock values
  GrowingArray<std::uint32_t, std::uint32_t> begins_;        // behind those, by number
  mutable ValueIndex index_;  // of all values but those that were just restored
};

}  // namespace hearsay::gossip
