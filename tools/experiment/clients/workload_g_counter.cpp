#include <nlohmann/json.hpp>

#include "tools/experiment/clients/counter_workload.h"

namespace hearsay::bench {
namespace {

class GCounter final : public CounterWorkload {
 public:
  std::string_view name() const override { return "g-counter"; }
  // Those of pn-counter without the negative adds: two reads for each add.
  Intent next(Random& random) override {
    Intent intent = CounterWorkload::next(random);
    while (intent.f == "add" && intent.value < 0) intent = CounterWorkload::next(random);
    return intent;
  }
};

}  // namespace

std::unique_ptr<Workload> make_g_counter() {
  return std::make_unique<GCounter>();
}

}  // namespace hearsay::bench
