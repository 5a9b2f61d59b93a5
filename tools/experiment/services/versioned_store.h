// The versions of seq-kv's whole store, of which the newest kHeld are held. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/experiment/services/store_request.h"

namespace hearsay::bench {

class VersionedStore {
 public:
  static constexpr std::int64_t kHeld = 32;

  // Version 0 is empty.
  std::int64_t newest() const { return newest_; }

  // Runs the request on version `drawn`, 0 to newest(). If that would change something, it is run
  // on the newest version instead, and there is one version more, even if it is the same.
  //
  // A drawn version that is not held any more is answered from the held one with the same remainder
  // by kHeld: Maelstrom's ring wraps around.
  ServiceJson answer(const StoreRequest& request, std::int64_t drawn);

 private:
  struct Change {
    std::int64_t version;  // the first one that has it
    ServiceJson value;
  };

  const ServiceJson* find(const std::string& key, std::int64_t version) const;
  void change(const std::string& key, ServiceJson value);

  std::int64_t newest_ = 0;
  std::map<std::string, std::vector<Change>> changes_;  // by key, in the order of versions
};

}  // namespace hearsay::bench
