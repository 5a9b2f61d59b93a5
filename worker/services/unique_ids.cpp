#include "worker/services/unique_ids.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

#include "worker/core/context.h"

namespace hearsay::services {
namespace {

std::string hexadecimal(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), number, 16);
  return {digits.begin(), end};
}

}  // namespace

std::span<const std::string_view> UniqueIds::types() const {
  static constexpr std::array<std::string_view, 1> kTypes{"generate"};
  return kTypes;
}

void UniqueIds::handle(core::Context& context, const protocol::Message& message) {
  const std::string id = context.identity().node_id + "-" + hexadecimal(context.incarnation()) +
                         "-" + hexadecimal(context.input_number());
  context.reply(message, "generate_ok",
                [&](protocol::MessageWriter& body) { body.string("id", id); });
}

}  // namespace hearsay::services
