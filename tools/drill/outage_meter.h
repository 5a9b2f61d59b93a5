// How long a client gets no answer around each strike. Of one node.
//
// The client asks again and again, one request at a time. A strike's outage is the longest time
// between two answers, from the last one before the strike to the first one to a request that was
// sent after it: that one can only come from who came after. (The first answer after a strike may
// still be of the process that is gone.) Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/drill/strike.h"

namespace hearsay::drill {

class OutageMeter {
 public:
  // An answer counts from the first one or from here on.
  void begin(std::int64_t now_ns) { last_answer_ns_ = now_ns; }
  // `strike`: its place in the list that take_answer() is given.
  void struck(std::int64_t now_ns, std::size_t strike) { open_.push_back({strike, now_ns, 0}); }
  // Strikes without such an answer.
  bool is_open() const { return !open_.empty(); }
  // An answer to a request that was sent at `asked_ns`. Writes the outages that are over.
  void take_answer(std::int64_t now_ns, std::int64_t asked_ns, Strikes& strikes);

 private:
  struct Open {
    std::size_t strike;
    std::int64_t time_ns;
    std::int64_t longest_ns;
  };

  std::int64_t last_answer_ns_ = 0;
  std::vector<Open> open_;
};

}  // namespace hearsay::drill
