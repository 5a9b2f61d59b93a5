// How much later than due a message between nodes is handed over, as on the real Maelstrom: its
// threads wake late, many at once, and now and then all stop to collect garbage.
//
//   none       only what Maelstrom's clock does: it sleeps whole milliseconds, rounded down
//   maelstrom  a model of that lateness. Each message has some of its own, all that are due within
//              the same 4 ms have some in common, and all that are due while the machine stands
//              still wait for its end. It does not depend on the load, so that it holds for
//              clusters of any size
//   recorded   the lateness of recorded hops, one after the other, from a place that the seed draws
//
// The model is fitted to recordings of challenge 3d on a busy machine; figures side by side:
// tools/README.md. Same seed, same lateness. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/experiment/time/random.h"

namespace hearsay::bench {

enum class LatenessKind { none, maelstrom, recorded };

struct LatenessOptions {
  LatenessKind kind = LatenessKind::none;
  double scale = 1;  // times as late
  std::vector<std::int64_t> recorded_ns =
      {};  // of one hop each; below 0: early. Not empty if recorded
};

class Lateness {
 public:
  Lateness(LatenessOptions options, std::uint64_t seed);

  // When a message is handed over that is due at `due_ns` and for which its taker goes to sleep
  // now. Not before now.
  std::int64_t wake_ns(std::int64_t now_ns, std::int64_t due_ns);

 private:
  std::int64_t next_recorded_ns();
  double modelled_ms(std::int64_t due_ns);
  // In [0, 1), a function of the seed, the purpose and the time slot.
  double slot_unit(std::uint64_t purpose, std::int64_t slot) const;
  double standstill_ms(double due_ms) const;

  LatenessOptions options_;
  Random random_;
  std::uint64_t slot_seed_;
  std::size_t next_ = 0;
};

}  // namespace hearsay::bench
