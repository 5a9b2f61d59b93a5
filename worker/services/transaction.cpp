#include "worker/services/transaction.h"

#include "common/protocol/array_elements.h"
#include "common/protocol/canonical_json.h"
#include "worker/core/body.h"
#include "worker/core/service.h"

namespace hearsay::services {

std::vector<TxnStep> parse_transaction(std::string_view json, std::string_view change) {
  if (!json.starts_with('[')) throw core::BadRequest("body.txn must be an array");
  std::vector<TxnStep> steps;
  for (const std::string_view step : core::read_elements(json)) {
    if (!step.starts_with('[')) throw core::BadRequest("a step of body.txn must be an array");
    const auto parts = core::read_elements(step);
    const bool is_step = parts.size() == 3 && parts[0].starts_with('"');
    const std::string what = is_step ? protocol::string_of(parts[0]) : "";
    if (what != "r" && what != change) {
      throw core::BadRequest(R"(a step of body.txn must be ["r", key, null] or [")" +
                             std::string(change) + "\", key, value]");
    }
    steps.push_back(
        {what != "r", protocol::canonical_json(parts[1]), protocol::canonical_json(parts[2])});
  }
  return steps;
}

}  // namespace hearsay::services
