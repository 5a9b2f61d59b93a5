#include "tools/experiment/clients/transaction_workload.h"

namespace hearsay::bench {
namespace {

class ListAppend final : public TransactionWorkload {
 public:
  explicit ListAppend(const WorkloadOptions& options) : TransactionWorkload(options, "append") {}
  std::string_view name() const override { return "txn-list-append"; }

 private:
  std::string wrong_read(const nlohmann::json& value) const override { return no_array(value); }
};

}  // namespace

std::unique_ptr<Workload> make_txn_list_append(const WorkloadOptions& options) {
  return std::make_unique<ListAppend>(options);
}

}  // namespace hearsay::bench
