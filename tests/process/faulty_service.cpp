#include "tests/process/faulty_service.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "worker/core/body.h"
#include "worker/core/context.h"

namespace hearsay::test {

std::span<const std::string_view> FaultyService::types() const {
  static constexpr std::array<std::string_view, 4> kTypes{"crash", "crash_once", "hang", "throw"};
  return kTypes;
}

void FaultyService::handle(core::Context& context, const protocol::Message& message) {
  if (message.type == "crash") std::abort();
  if (message.type == "throw") throw std::logic_error("thrown on purpose");
  if (message.type == "hang") {
    for (const std::atomic<bool> forever = true; forever;) {
    }
  }
  const std::string file = core::string_field(message, "file");
  if (!std::filesystem::exists(file)) {
    std::ofstream{file} << "crashed";
    std::abort();
  }
  context.reply(message, "crash_once_ok");
}

}  // namespace hearsay::test
