// The services that every run has: lin-kv, seq-kv, lww-kv, lin-tso. What is chance in them comes
// from the seed. Not thread-safe.
#pragma once

#include <cstdint>

#include "tools/experiment/services/store_services.h"
#include "tools/experiment/services/timestamps.h"

namespace hearsay::bench {

class Services {
 public:
  // Joins the network, which has its nodes already and must not be used any more after the
  // services.
  Services(Network& network, std::uint64_t seed);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

 private:
  LinKv lin_kv_;
  SeqKv seq_kv_;
  LwwKv lww_kv_;
  LinTso lin_tso_;
};

}  // namespace hearsay::bench
