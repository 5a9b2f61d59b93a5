// The values that a node knows, kept as the text that a read returns.
//
// Values are canonical JSON (common/protocol/canonical_json.h). Adding costs amortised constant
// time, and the whole list is always at hand as text. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "common/protocol/array_elements.h"

namespace hearsay::gossip {

class ValueSet {
 public:
  // False when the value is there already.
  bool add(std::string_view value);
  bool contains(std::string_view value) const { return known_.find(value) != known_.end(); }
  std::uint64_t size() const { return known_.size(); }
  bool empty() const { return known_.empty(); }

  // Every value, in the order in which they came: a JSON array.
  std::string_view json_array() const { return text_; }

  // Calls each(value) for every value, in the order in which they came.
  template <typename Each>
  void for_each(Each&& each) const {
    protocol::for_each_element(text_, each);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::unordered_set<std::string, Hash, std::equal_to<>> known_;
  std::string text_ = "[]";
};

}  // namespace hearsay::gossip
