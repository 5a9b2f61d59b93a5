#include "worker/core/answer.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace hearsay::core {
namespace {

// Not for fields that may be nested without limit: an object or array is not looked into.
nlohmann::json scalar_field(const protocol::Message& message, std::string_view name) {
  const auto json = message.field(name);
  if (!json || json->starts_with('{') || json->starts_with('[')) return {};
  return nlohmann::json::parse(*json);
}

}  // namespace

std::optional<protocol::ErrorCode> Answer::error() const {
  if (message == nullptr) return protocol::ErrorCode::timeout;
  if (message->type != "error") return std::nullopt;
  const nlohmann::json code = scalar_field(*message, "code");
  if (!code.is_number_integer() || code < 0 || code > std::numeric_limits<int>::max()) {
    return protocol::ErrorCode::crash;
  }
  return static_cast<protocol::ErrorCode>(code.get<int>());
}

std::string Answer::error_text() const {
  if (message == nullptr) {
    return "no answer from " + std::string(from) + " in time";
  }
  const nlohmann::json text = scalar_field(*message, "text");
  const std::string words = text.is_string() ? text.get<std::string>() : "an error without a text";
  return std::string(from) + ": " + words;
}

}  // namespace hearsay::core
