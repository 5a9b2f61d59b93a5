// The services of the workers that are built here. A new workload: its header, and a line.
#include "worker/core/service_list.h"
#include "worker/services/broadcast.h"
#include "worker/services/counter.h"
#include "worker/services/echo.h"
#include "worker/services/kafka.h"
#include "worker/services/lin_kv.h"
#include "worker/services/rw_registers.h"
#include "worker/services/seq_kv_counter.h"
#include "worker/services/txn_list_append.h"
#include "worker/services/unique_ids.h"

namespace hearsay::core {

// The number is the service's tag in the journal: unique, and never used again for another.
std::vector<ServiceEntry> services() {
  return {
      {"echo", 1, [](const auto&) { return std::make_unique<services::Echo>(); }},
      {"unique-ids", 2, [](const auto&) { return std::make_unique<services::UniqueIds>(); }},
      {"broadcast", 3,
       [](const auto& gossip) {
         return std::make_unique<services::Broadcast>(services::kBroadcastWords, gossip);
       }},
      {"g-set", 4,
       [](const auto& gossip) {
         return std::make_unique<services::Broadcast>(services::kGSetWords, gossip);
       },
       false},
      {"g-counter", 5,
       [](const auto& gossip) {
         return std::make_unique<services::Counter>(services::Counter::May::grow, gossip);
       },
       false},
      {"pn-counter", 6,
       [](const auto& gossip) {
         return std::make_unique<services::Counter>(services::Counter::May::grow_and_shrink,
                                                    gossip);
       },
       false},
      {"txn-rw-register", 7,
       [](const auto& gossip) { return std::make_unique<services::RwRegisters>(gossip); }, false},
      {"kafka", 8, [](const auto& gossip) { return std::make_unique<services::Kafka>(gossip); },
       false},
      {"lin-kv", 20, [](const auto&) { return std::make_unique<services::LinKv>(); }, false},
      {"txn-list-append", 21,
       [](const auto&) { return std::make_unique<services::TxnListAppend>(); }, false},
      {"seq-kv-counter", 22, [](const auto&) { return std::make_unique<services::SeqKvCounter>(); },
       false},
  };
}

}  // namespace hearsay::core
