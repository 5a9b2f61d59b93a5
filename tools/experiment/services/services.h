// The services that every run has: lin-kv, seq-kv, lww-kv, lin-tso. What is chance in them comes
// from the seed. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

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

  // By the services' names.
  std::array<std::pair<std::string_view, const RequestLog*>, 4> logs() const;

 private:
  LinKv lin_kv_;
  SeqKv seq_kv_;
  LwwKv lww_kv_;
  LinTso lin_tso_;
};

}  // namespace hearsay::bench
