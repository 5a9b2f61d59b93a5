#include "tools/experiment/services/services.h"

namespace hearsay::bench {

Services::Services(Network& network, std::uint64_t seed) : seq_kv_(seed), lww_kv_(seed) {
  network.add_service("lin-kv", lin_kv_);
  network.add_service("seq-kv", seq_kv_);
  network.add_service("lww-kv", lww_kv_);
  network.add_service("lin-tso", lin_tso_);
}

}  // namespace hearsay::bench
