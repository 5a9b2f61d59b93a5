#include "tools/experiment/verdict/elle/order.h"

#include <bit>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace hearsay::bench::elle {
namespace {

constexpr int kDigitBits = 5;
constexpr int kDigits = 7;
constexpr std::uint32_t kGolden = 0x9e3779b9;

// Murmur3, 32 bits, as Clojure uses it.
std::uint32_t mix_block(std::uint32_t block) {
  return std::rotl(block * 0xcc9e2d51U, 15) * 0x1b873593U;
}
std::uint32_t mix_hash(std::uint32_t hash, std::uint32_t block) {
  return std::rotl(hash ^ block, 13) * 5 + 0xe6546b64U;
}
std::uint32_t finish_hash(std::uint32_t hash, std::uint32_t length) {
  hash ^= length;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bU;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35U;
  return hash ^ (hash >> 16);
}

std::uint32_t hash_of_number(std::int64_t number) {
  if (number == 0) return 0;
  const auto bits = static_cast<std::uint64_t>(number);
  const std::uint32_t low = mix_hash(0, mix_block(static_cast<std::uint32_t>(bits)));
  return finish_hash(mix_hash(low, mix_block(static_cast<std::uint32_t>(bits >> 32))), 8);
}

// Java's.
std::uint32_t java_hash_of_text(std::string_view text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = hash * 31 + static_cast<unsigned char>(c);
  return hash;
}

std::uint32_t java_hash(const nlohmann::json& value) {
  if (value.is_number_integer()) {
    const auto bits = static_cast<std::uint64_t>(value.get<std::int64_t>());
    return static_cast<std::uint32_t>(bits ^ (bits >> 32));
  }
  return java_hash_of_text(value.is_string() ? value.get_ref<const std::string&>() : value.dump());
}

std::uint32_t hash_of_symbol(std::string_view name) {
  std::uint32_t hash = 0;
  for (std::size_t i = 1; i < name.size(); i += 2) {
    const auto two = static_cast<std::uint32_t>(static_cast<unsigned char>(name[i - 1])) |
                     (static_cast<std::uint32_t>(static_cast<unsigned char>(name[i])) << 16);
    hash = mix_hash(hash, mix_block(two));
  }
  if (name.size() % 2 == 1) hash ^= mix_block(static_cast<unsigned char>(name.back()));
  hash = finish_hash(hash, static_cast<std::uint32_t>(2 * name.size()));
  const auto sign_kept = static_cast<std::uint32_t>(static_cast<std::int32_t>(hash) >> 2);
  return hash ^ (kGolden + (hash << 6) + sign_kept);  // combined with the hash of no namespace
}

std::uint32_t hash_of_keyword(std::string_view name) {
  return hash_of_symbol(name) + kGolden;
}

std::uint32_t finish_collection(std::uint32_t hash, std::size_t size) {
  return finish_hash(mix_hash(0, mix_block(hash)), static_cast<std::uint32_t>(size));
}

// Clojure's, of what stands in transactions.
std::uint32_t clojure_hash(const nlohmann::json& value) {
  if (value.is_null()) return 0;
  if (value.is_number_integer()) return hash_of_number(value.get<std::int64_t>());
  if (value.is_array()) {
    std::uint32_t hash = 1;
    for (const nlohmann::json& part : value) hash = hash * 31 + clojure_hash(part);
    return finish_collection(hash, value.size());
  }
  const std::uint32_t hash = java_hash(value);
  return hash == 0 ? 0 : finish_hash(mix_hash(0, mix_block(hash)), 4);
}

// The functions of a transaction's steps are keywords.
std::uint32_t hash_of_steps(const nlohmann::json& steps) {
  if (!steps.is_array()) return clojure_hash(steps);
  std::uint32_t all = 1;
  for (const nlohmann::json& step : steps) {
    std::uint32_t hash = 1;
    for (std::size_t i = 0; i < step.size(); ++i) {
      const bool function = i == 0 && step[i].is_string();
      hash = hash * 31 + (function ? hash_of_keyword(step[i].get_ref<const std::string&>())
                                   : clojure_hash(step[i]));
    }
    all = all * 31 + finish_collection(hash, step.size());
  }
  return finish_collection(all, steps.size());
}

// The digits of a hash, the lowest foremost.
std::uint64_t digits_first(std::uint32_t hash) {
  std::uint64_t key = 0;
  for (int digit = 0; digit < kDigits; ++digit) {
    key = (key << kDigitBits) | (hash & ((1U << kDigitBits) - 1));
    hash >>= kDigitBits;
  }
  return key;
}

// Bifurcan folds a hash of 64 bits, here one of 32 bits with its sign, and mixes it.
std::uint64_t map_key(std::uint32_t hash32) {
  const auto wide = static_cast<std::int64_t>(static_cast<std::int32_t>(hash32));
  auto hash = static_cast<std::uint32_t>((wide >> 32) ^ wide);
  hash ^= (hash >> 20) ^ (hash >> 12);
  hash ^= (hash >> 7) ^ (hash >> 4);
  return digits_first(hash);
}

int digit_of(std::uint64_t key, int depth) {
  return static_cast<int>((key >> (kDigitBits * (kDigits - 1 - depth))) & ((1U << kDigitBits) - 1));
}

// Appends numbers[begin, end), which agree in the digits before `depth`, to `out`.
void order_node(const std::vector<int>& numbers, std::size_t begin, std::size_t end, int depth,
                const std::vector<std::uint64_t>& keys, std::vector<int>& out) {
  if (depth == kDigits) {
    for (std::size_t i = begin; i < end; ++i) out.push_back(numbers[i]);
    return;
  }
  std::vector<std::pair<std::size_t, std::size_t>> subtrees;
  for (std::size_t first = begin; first < end;) {
    const auto digit = [&](std::size_t i) {
      return digit_of(keys[static_cast<std::size_t>(numbers[i])], depth);
    };
    std::size_t last = first + 1;
    while (last < end && digit(last) == digit(first)) ++last;
    if (last - first == 1) {
      out.push_back(numbers[first]);
    } else {
      subtrees.emplace_back(first, last);
    }
    first = last;
  }
  for (const auto& [first, last] : subtrees) order_node(numbers, first, last, depth + 1, keys, out);
}

}  // namespace

std::uint64_t map_key_of_operation(std::int64_t index) {
  return map_key(hash_of_number(index));
}

std::uint64_t map_key_of_list(const std::vector<nlohmann::json>& list) {
  std::uint32_t hash = 1;
  for (const nlohmann::json& value : list) hash = hash * 31 + java_hash(value);
  return map_key(hash);
}

void order_as_map(std::vector<int>& numbers, const std::vector<std::uint64_t>& keys) {
  if (numbers.size() < 2) return;
  std::vector<int> ordered;
  ordered.reserve(numbers.size());
  order_node(numbers, 0, numbers.size(), 0, keys, ordered);
  numbers.swap(ordered);
}

std::uint64_t set_key(const Operation& operation) {
  std::uint32_t sum = 0;
  const auto add = [&sum](std::string_view field, std::uint32_t hash) {
    sum += finish_collection((31 + hash_of_keyword(field)) * 31 + hash, 2);
  };
  add("index", hash_of_number(operation.index));
  add("time", hash_of_number(operation.time_ns));
  add("type", hash_of_keyword(name_of(operation.type)));
  add("process", hash_of_number(operation.process));
  add("f", hash_of_keyword(operation.f));
  add("value", hash_of_steps(operation.value));
  constexpr std::size_t kFields = 6;
  return digits_first(hash_of_symbol("jepsen.history.Op") ^ finish_collection(sum, kFields));
}

}  // namespace hearsay::bench::elle
