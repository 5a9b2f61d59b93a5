#include "worker/gossip/value_set.h"

namespace hearsay::gossip {

bool ValueSet::add(std::string_view value) {
  if (contains(value)) return false;
  text_.pop_back();
  if (!known_.empty()) text_.push_back(',');
  text_.append(value).push_back(']');
  known_.emplace(value);
  return true;
}

}  // namespace hearsay::gossip
