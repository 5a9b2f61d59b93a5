// The faults that a run can have, and their names.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace hearsay::bench {

enum class Fault {
  partition,     // the network falls apart
  one_way,       // a hears b, and b doesn't hear a
  kill_worker,   // SIGKILL to a node's worker
  pause_worker,  // SIGSTOP to a node's worker, then SIGCONT
  kill,          // whole nodes are killed, then started from nothing
  pause,         // whole nodes are stopped, then continued
  loss,          // messages between nodes get lost
  duplicate,     // ... arrive twice
  reorder,       // ... are overtaken by later ones
};

inline constexpr std::array kFaults = {Fault::partition,    Fault::one_way,   Fault::kill_worker,
                                       Fault::pause_worker, Fault::kill,      Fault::pause,
                                       Fault::loss,         Fault::duplicate, Fault::reorder};

// For arrays with one element a fault.
inline constexpr std::size_t index_of(Fault fault) {
  return static_cast<std::size_t>(fault);
}

// As --nemesis takes it: "partition", "kill-worker", ...
std::string_view name_of(Fault fault);
std::optional<Fault> parse_fault(std::string_view name);

// The history's words for a deed that begins the fault ("start-partition", "kill", "pause", ...)
// and for the one that ends it ("stop-partition", "start", "resume", ...; empty: it needs no end).
std::string_view word_for_begin(Fault fault);
std::string_view word_for_end(Fault fault);

// Has a probability, by message.
inline constexpr bool is_on_the_wire(Fault fault) {
  return fault == Fault::loss || fault == Fault::duplicate || fault == Fault::reorder;
}

}  // namespace hearsay::bench
