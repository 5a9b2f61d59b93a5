#include "tools/experiment/services/services.h"

namespace hearsay::bench {
namespace {

constexpr const char* kLinKv = "lin-kv";
constexpr const char* kSeqKv = "seq-kv";
constexpr const char* kLwwKv = "lww-kv";
constexpr const char* kLinTso = "lin-tso";

}  // namespace

Services::Services(Network& network, std::uint64_t seed) : seq_kv_(seed), lww_kv_(seed) {
  network.add_service(kLinKv, lin_kv_);
  network.add_service(kSeqKv, seq_kv_);
  network.add_service(kLwwKv, lww_kv_);
  network.add_service(kLinTso, lin_tso_);
}

std::array<std::pair<std::string_view, const RequestLog*>, 4> Services::logs() const {
  return {{{kLinKv, &lin_kv_.log()},
           {kSeqKv, &seq_kv_.log()},
           {kLwwKv, &lww_kv_.log()},
           {kLinTso, &lin_tso_.log()}}};
}

}  // namespace hearsay::bench
