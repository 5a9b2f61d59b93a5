// lin-kv: a register of any JSON for each key, on a service of Maelstrom's.
//
// Keeps nothing: each request of a client becomes one request to the service, whose answer, errors
// included, is the client's. What the service is, this is: linearizable on lin-kv, and not on
// another. A read is asked again when no answer comes; a write or a cas is not, since the first
// might be done after somebody else's.
#pragma once

#include <string>
#include <utility>

#include "worker/core/answer.h"
#include "worker/core/service.h"

namespace hearsay::services {

class LinKv final : public core::Service {
 public:
  // `store`: the service that has the values.
  explicit LinKv(std::string store = "lin-kv") : store_(std::move(store)) {}

  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
  void on_answer(core::Context& context, const core::Answer& answer) override;

 private:
  std::string store_;
};

}  // namespace hearsay::services
