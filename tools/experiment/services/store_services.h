// lin-kv, seq-kv and lww-kv: as weak and as odd as Maelstrom's. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tools/experiment/services/service.h"
#include "tools/experiment/services/store_request.h"
#include "tools/experiment/services/versioned_store.h"
#include "tools/experiment/time/random.h"

namespace hearsay::bench {

// Linearizable: one state, in the order of handling.
class LinKv : public Service {
 private:
  std::optional<ServiceJson> answer(std::string_view client, const ServiceJson& body) override;

  StoredValues values_;
};

// Sequentially consistent: what changes nothing may be answered from any version that is not older
// than the one that its client saw last. But whoever is more than VersionedStore::kHeld behind may
// draw a version that is not held: it is shown another one, yet the drawn one is noted, so that its
// next read may go back.
class SeqKv : public Service {
 public:
  explicit SeqKv(std::uint64_t seed) : random_(seed, "seq-kv") {}

 private:
  std::optional<ServiceJson> answer(std::string_view client, const ServiceJson& body) override;

  Random random_;
  VersionedStore store_;
  std::map<std::string, std::int64_t, std::less<>> seen_;  // by client; at first version 0
};

// "Eventually consistent": two states that never exchange anything, and a coin for each request.
class LwwKv : public Service {
 public:
  explicit LwwKv(std::uint64_t seed) : random_(seed, "lww-kv") {}

 private:
  std::optional<ServiceJson> answer(std::string_view client, const ServiceJson& body) override;

  Random random_;
  std::array<StoredValues, 2> replicas_;
};

}  // namespace hearsay::bench
