#include "tools/experiment/services/versioned_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hearsay::bench {

ServiceJson VersionedStore::answer(const StoreRequest& request, std::int64_t drawn) {
  const std::int64_t shown = newest_ - (newest_ - drawn) % kHeld;
  const ServiceJson* current = find(request.key, shown);
  StoreAnswer answer = answer_store_request(request, current);
  const bool changes =
      answer.write && (current == nullptr || identity_of(*current) != identity_of(*answer.write));
  if (!changes) return std::move(answer.reply);
  answer = answer_store_request(request, find(request.key, newest_));
  ++newest_;
  if (answer.write) change(request.key, std::move(*answer.write));
  return std::move(answer.reply);
}

const ServiceJson* VersionedStore::find(const std::string& key, std::int64_t version) const {
  const auto found = changes_.find(key);
  if (found == changes_.end()) return nullptr;
  const auto& changes = found->second;
  const auto later =
      std::upper_bound(changes.begin(), changes.end(), version,
                       [](std::int64_t at, const Change& change) { return at < change.version; });
  return later == changes.begin() ? nullptr : &std::prev(later)->value;
}

// Forgets what no version that is held shows.
void VersionedStore::change(const std::string& key, ServiceJson value) {
  std::vector<Change>& changes = changes_[key];
  changes.push_back({newest_, std::move(value)});
  const std::int64_t oldest = newest_ - kHeld + 1;
  const auto needed = std::find_if(changes.begin(), changes.end(),
                                   [&](const Change& each) { return each.version > oldest; });
  if (needed - changes.begin() > 1) changes.erase(changes.begin(), std::prev(needed));
}

}  // namespace hearsay::bench
