// A text in a JSON document that anybody may have written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hearsay::cluster {

// "": there is none, or `json` is no object.
inline std::string text_at(const nlohmann::json& json, const char* key) {
  if (!json.is_object()) return "";
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// Null: there is none.
inline nlohmann::json part_at(const nlohmann::json& json, const char* key) {
  return json.is_object() && json.contains(key) ? json[key] : nlohmann::json();
}

}  // namespace hearsay::cluster
