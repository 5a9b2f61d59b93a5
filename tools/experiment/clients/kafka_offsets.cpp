#include "tools/experiment/clients/kafka_offsets.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

std::optional<std::int64_t> key_number(const std::string& key) {
  std::int64_t number = 0;
  const char* end = key.data() + key.size();
  const auto [rest, error] = std::from_chars(key.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

}  // namespace

KafkaOffsets sent_offsets(const Operation& ok) {
  KafkaOffsets offsets;
  if (ok.f != "send") return offsets;
  const nlohmann::json& sent = ok.value.at(0);
  if (const auto key = key_number(sent.at(1).get<std::string>())) {
    offsets[*key] = clamped_int64(sent.at(2).at(0));
  }
  return offsets;
}

KafkaOffsets polled_offsets(const Operation& ok) {
  KafkaOffsets offsets;
  if (ok.f != "poll") return offsets;
  for (const auto& [name, pairs] : ok.value.at(0).at(1).items()) {
    const auto key = key_number(name);
    if (!key) continue;
    std::int64_t& highest = offsets.try_emplace(*key, -1).first->second;
    for (const nlohmann::json& pair : pairs) {
      highest = std::max(highest, clamped_int64(pair.at(0)));
    }
  }
  return offsets;
}

void raise_offsets(KafkaOffsets& offsets, const KafkaOffsets& by) {
  for (const auto& [key, offset] : by) {
    std::int64_t& known = offsets.try_emplace(key, offset).first->second;
    known = std::max(known, offset);
  }
}

std::int64_t offset_of(const KafkaOffsets& offsets, std::int64_t key) {
  const auto found = offsets.find(key);
  return found == offsets.end() ? -1 : found->second;
}

}  // namespace hearsay::bench
