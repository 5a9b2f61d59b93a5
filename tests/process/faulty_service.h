// A service for tests only, which does to the worker what a bug would: type "crash" aborts, "hang"
// never returns, "throw" throws what nobody expects, "crash_once" aborts unless a file exists,
// which it makes first (its name is in body.file).
#pragma once

#include "worker/core/service.h"

namespace hearsay::test {

class FaultyService final : public core::Service {
 public:
  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
};

}  // namespace hearsay::test
