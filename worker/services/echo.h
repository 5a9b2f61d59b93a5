// echo (challenge 1, https://fly.io/dist-sys/1/): what is in "echo" comes back unchanged.
#pragma once

#include "worker/core/service.h"

namespace hearsay::services {

class Echo final : public core::Service {
 public:
  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
};

}  // namespace hearsay::services
