// txn-list-append: transactions over lists, strict serializable, on a service of Maelstrom's.
//
// All lists together are the value of one key of lin-kv. A transaction reads it, runs on it, and
// replaces it by cas; the cas succeeds only if nobody else's came in between, so transactions are
// as if one after the other. One that only reads takes effect with its read. Lists only grow, so
// the value never is what it was before: a cas that failed can't be done later, and the transaction
// may run again on what is there now.
//
// Keeps nothing: what a transaction is at stands in its open request (Context::request).
#pragma once

#include <string>
#include <utility>

#include "worker/core/answer.h"
#include "worker/core/service.h"

namespace hearsay::services {

class TxnListAppend final : public core::Service {
 public:
  // `store`: the service that has the lists.
  explicit TxnListAppend(std::string store = "lin-kv") : store_(std::move(store)) {}

  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
  void on_answer(core::Context& context, const core::Answer& answer) override;

 private:
  void read_lists(core::Context& context, const core::Asker& asker, std::string_view memo);
  void run(core::Context& context, const core::Answer& answer);
  void end(core::Context& context, const core::Answer& answer);

  std::string store_;
};

}  // namespace hearsay::services
