// The values that a node knows, kept as the text that a read returns.
//
// Values are canonical JSON (common/protocol/canonical_json.h). Adding costs amortised constant
// time, the whole list is always at hand as text, and no value is stored twice. Not thread-safe.
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
  // Where a value stands in the list's text. Never changes.
  struct Place {
    std::uint64_t offset;
    std::uint32_t bytes;
  };

  ValueSet() : places_(0, Hash{this}, Equal{this}) {}
  ValueSet(const ValueSet&) = delete;
  ValueSet& operator=(const ValueSet&) = delete;

  // False when the value is there already. A value is below 4 GiB (lines are bounded far below).
  bool add(std::string_view value);
  bool contains(std::string_view value) const { return places_.find(value) != places_.end(); }
  // The place of a value that is there.
  Place place(std::string_view value) const { return *places_.find(value); }
  std::string_view at(Place place) const {
    return std::string_view(text_).substr(place.offset, place.bytes);
  }
  std::uint64_t size() const { return places_.size(); }
  bool empty() const { return places_.empty(); }

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
    const ValueSet* set;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
    std::size_t operator()(Place place) const { return (*this)(set->at(place)); }
  };
  struct Equal {
    using is_transparent = void;
    const ValueSet* set;
    std::string_view text(std::string_view value) const { return value; }
    std::string_view text(Place place) const { return set->at(place); }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return text(a) == text(b);
    }
  };

  std::string text_ = "[]";
  std::unordered_set<Place, Hash, Equal> places_;
};

}  // namespace hearsay::gossip
