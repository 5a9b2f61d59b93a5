// Lines that went no further: how many, why, and a word about it on stderr.
//
// Of each kind the 1st, 10th, 100th, ... is told: a flood of bad lines becomes no flood of words.
// Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hearsay::cluster {

enum class Drop {
  // From the node.
  no_message,      // no JSON, or not what Maelstrom takes
  foreign_source,  // in another's name
  no_such_name,    // for a name that can't be on the bus
  too_long,        // for the server
  bus_away,        // the bus was away for longer than the queue holds
  // From the bus.
  stranger,     // no message for this node, or its src is not who said it
  second_init,  // a node has one
  node_slow,    // the node did not read as fast
  node_down,    // it was killed on purpose, and not started again yet
  count_
};

std::string_view name_of(Drop drop);

class Drops {
 public:
  // `node`: in front of the words.
  explicit Drops(std::string node) : node_(std::move(node)) {}

  void note(Drop drop, std::string_view why);
  // Of a queue, which counts by itself: how many it has dropped until now.
  void note_total(Drop drop, std::uint64_t total, std::string_view why);

  std::uint64_t of(Drop drop) const { return counts_.at(static_cast<std::size_t>(drop)); }

 private:
  std::string node_;
  std::array<std::uint64_t, static_cast<std::size_t>(Drop::count_)> counts_{};
};

}  // namespace hearsay::cluster
