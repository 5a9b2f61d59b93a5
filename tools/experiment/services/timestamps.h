// lin-tso: 0, 1, 2, ..., each number once. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/experiment/services/service.h"

namespace hearsay::bench {

class LinTso : public Service {
 private:
  std::optional<ServiceJson> answer(std::string_view client, const ServiceJson& body) override;

  std::int64_t next_ = 0;
};

}  // namespace hearsay::bench
