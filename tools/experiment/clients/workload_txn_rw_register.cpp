#include "tools/experiment/clients/transaction_workload.h"

namespace hearsay::bench {
namespace {

class RwRegister final : public TransactionWorkload {
 public:
  explicit RwRegister(const WorkloadOptions& options) : TransactionWorkload(options, "w") {}
  std::string_view name() const override { return "txn-rw-register"; }
};

}  // namespace

std::unique_ptr<Workload> make_txn_rw_register(const WorkloadOptions& options) {
  return std::make_unique<RwRegister>(options);
}

}  // namespace hearsay::bench
