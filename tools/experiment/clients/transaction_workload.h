// What txn-list-append and txn-rw-register have in common: all but what a write is called, and what
// a read may show. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "tools/experiment/clients/transaction_source.h"
#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {

class TransactionWorkload : public Workload {
 public:
  // `write`: the name of a step that writes.
  TransactionWorkload(const WorkloadOptions& options, std::string_view write);

  Intent next(Random& random) override;
  nlohmann::json request_body(const Operation& invocation) const override;
  nlohmann::json result(const Operation& invocation, const nlohmann::json& body) const override;
  std::string_view reply_field(std::string_view request_type) const override;
  std::string wrong_field(std::string_view request_type,
                          const nlohmann::json& value) const override;
  bool reuses_clients() const override { return true; }
  nlohmann::json check(const History& history) const override;
  bool has_values() const override { return false; }

 private:
  // What is wrong with the value that a read shows; empty: nothing.
  virtual std::string wrong_read(const nlohmann::json& /*value*/) const { return ""; }

  TransactionSource source_;
  std::string write_;
  std::string consistency_models_;
};

}  // namespace hearsay::bench
