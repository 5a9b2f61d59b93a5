#include "worker/services/unique_ids.h"

#include <fmt/format.h>

#include <array>

#include "worker/core/context.h"

namespace hearsay::services {

std::span<const std::string_view> UniqueIds::types() const {
  static constexpr std::array<std::string_view, 1> kTypes{"generate"};
  return kTypes;
}

void UniqueIds::handle(core::Context& context, const protocol::Message& message) {
  const std::string id = fmt::format("{}-{:x}-{:x}", context.identity().node_id,
                                     context.incarnation(), context.input_number());
  context.reply(message, "generate_ok",
                [&](protocol::MessageWriter& body) { body.string("id", id); });
}

}  // namespace hearsay::services
