#include "tools/experiment/clients/counter_workload.h"

namespace hearsay::bench {
namespace {

class PnCounter final : public CounterWorkload {
 public:
  std::string_view name() const override { return "pn-counter"; }
};

}  // namespace

std::unique_ptr<Workload> make_pn_counter() {
  return std::make_unique<PnCounter>();
}

}  // namespace hearsay::bench
