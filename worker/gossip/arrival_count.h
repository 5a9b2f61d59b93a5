// Which of a root's numbered messages came and which did not: to tell late from lost, and to count
// both.
//
// A number that is missing when a later one is there is awaited for a while. If it comes then, it
// was overtaken; if not, it counts as lost; if it comes even later, that was a false alarm, and it
// counts as lost no more (as DSACK tells a TCP sender, RFC 2883). Many missing at once are the end
// of a partition, which says nothing about the network: they are not counted. Knows the latest root
// only; a new worker begins anew. Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "worker/gossip/value_log.h"

namespace hearsay::gossip {

class ArrivalCount {
 public:
  struct Counts {
    std::uint64_t came = 0;
    std::uint64_t lost = 0;
    std::uint64_t after_all = 0;  // of those that counted as lost
  };

  enum class Arrival { first, overtaken, after_all, again };
  // `after_all`: it had been counted as lost.
  Arrival on_arrival(const Source& root, std::uint64_t number, std::int64_t now_ns);
  // What has been awaited for so long is lost.
  void give_up(std::int64_t now_ns, std::int64_t patience_ns);

  // Since the last time that they were taken; nothing when they are too few to be worth the words.
  std::optional<Counts> take();

 private:
  void await(std::uint64_t first, std::uint64_t last, std::int64_t now_ns);

  std::optional<Source> root_;
  std::uint64_t highest_ = 0;
  std::map<std::uint64_t, std::int64_t> awaited_;  // since when, by number
  std::set<std::uint64_t> lost_;                   // the latest ones
  Counts counts_;
};

}  // namespace hearsay::gossip
