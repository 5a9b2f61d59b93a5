#include "tools/experiment/verdict/elle/words.h"

#include <nlohmann/json.hpp>

namespace hearsay::bench::elle {

std::string shown(const nlohmann::json& value) {
  constexpr std::size_t kMost = 400;
  std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

std::string kind_of(const nlohmann::json& value) {
  if (value.is_number_integer()) return "integer";
  if (value.is_number_float()) return "float";
  return value.type_name();
}

}  // namespace hearsay::bench::elle
