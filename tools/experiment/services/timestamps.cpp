#include "tools/experiment/services/timestamps.h"

namespace hearsay::bench {

std::optional<ServiceJson> LinTso::answer(std::string_view /*client*/, const ServiceJson& body) {
  if (body.value("type", ServiceJson()) != "ts") return std::nullopt;
  return ServiceJson{{"type", "ts_ok"}, {"ts", next_++}};
}

}  // namespace hearsay::bench
