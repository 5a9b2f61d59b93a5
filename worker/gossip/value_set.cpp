#include "worker/gossip/value_set.h"

namespace hearsay::gossip {

bool ValueSet::add(std::string_view value) {
  if (contains(value)) return false;
  text_.pop_back();
  if (!empty()) text_.push_back(',');
  const Place place{text_.size(), static_cast<std::uint32_t>(value.size())};
  text_.append(value).push_back(']');
  places_.insert(place);
  return true;
}

}  // namespace hearsay::gossip
