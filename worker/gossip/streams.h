// Which batches of which roots have come: each root numbers its batches from 1, so a missing one
// shows as soon as a later one is there.
//
// In the journal, so that a new worker doesn't take what its predecessor got for missing. Not
// thread-safe; pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "worker/core/context.h"
#include "worker/core/service.h"
#include "worker/gossip/value_log.h"

namespace hearsay::gossip {

class Streams {
 public:
  struct Seen {
    std::uint64_t complete = 0;     // all up to this one
    std::set<std::uint64_t> early;  // and these
    // The missing numbers from `first` to `last`; first > last: none.
    std::uint64_t first_missing() const { return complete + 1; }
    std::uint64_t last_missing() const { return early.empty() ? complete : *early.begin() - 1; }
    std::uint64_t last() const { return early.empty() ? complete : *early.rbegin(); }
  };

  // False if it has come before.
  bool see(core::Context& context, const Source& root, std::uint64_t number);
  // Everything up to `number` is there or will come another way. False if it was already.
  bool see_up_to(core::Context& context, const Source& root, std::uint64_t number);

  bool has_gap(const Source& root) const;
  const std::map<Source, Seen>& roots() const { return roots_; }

  bool replay(std::uint16_t kind, std::string_view payload);
  void snapshot(const core::Service::ChangeSink& sink) const;

 private:
  std::map<Source, Seen> roots_;
};

}  // namespace hearsay::gossip
