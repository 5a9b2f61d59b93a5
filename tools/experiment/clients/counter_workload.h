// What g-counter and pn-counter have in common: all but the deltas. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {

class CounterWorkload : public Workload {
 public:
  // Half of them adds, of -5 to 4.
  Intent next(Random& random) override;
  std::optional<Intent> final_intent() const override;
  nlohmann::json request_body(const Operation& invocation) const override;
  nlohmann::json result(const Operation& invocation, const nlohmann::json& body) const override;
  std::string_view reply_field(std::string_view request_type) const override;
  std::string wrong_field(std::string_view request_type,
                          const nlohmann::json& value) const override;
  bool handles_errors() const override { return false; }
  bool has_values() const override { return false; }
};

}  // namespace hearsay::bench
