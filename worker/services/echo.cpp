#include "worker/services/echo.h"

#include <array>

#include "worker/core/body.h"
#include "worker/core/context.h"

namespace hearsay::services {

std::span<const std::string_view> Echo::types() const {
  static constexpr std::array<std::string_view, 1> kTypes{"echo"};
  return kTypes;
}

void Echo::handle(core::Context& context, const protocol::Message& message) {
  const std::string_view echo = core::required_field(message, "echo");
  context.reply(message, "echo_ok",
                [&](protocol::MessageWriter& body) { body.json("echo", echo); });
}

}  // namespace hearsay::services
