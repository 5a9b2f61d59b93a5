// Random JSON for the property tests: the same seed gives the same values.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace hearsay::protocol {

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  // Any value, nested at most `depth` deep.
  nlohmann::json value(int depth);
  // UTF-8 with the characters that are hard on readers and writers.
  std::string text();
  // `value` as JSON text with random white space, order of keys and escapes. No repeated keys.
  std::string spell(const nlohmann::json& value);

 private:
  nlohmann::json number();
  std::string space();
  std::string spell_string(const std::string& text);
  std::string spell_float(double value);

  std::mt19937_64 random_;
};

}  // namespace hearsay::protocol
