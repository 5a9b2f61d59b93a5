#include "tools/experiment/verdict/elle/order.h"

#include <bit>
#include <nlohmann/json.hpp>
#include <string>

namespace hearsay::bench::elle {
namespace {

constexpr int kDigitBits = 5;
constexpr int kDigits = 7;

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

std::uint32_t hash_of_text(const std::string& text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = hash * 31 + static_cast<unsigned char>(c);
  return hash == 0 ? 0 : finish_hash(mix_hash(0, mix_block(hash)), 4);
}

std::uint32_t hash_of(const nlohmann::json& value) {
  if (value.is_number_integer()) return hash_of_number(value.get<std::int64_t>());
  return hash_of_text(value.is_string() ? value.get_ref<const std::string&>() : value.dump());
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

int digit_of(std::uint64_t key, int depth) {
  return static_cast<int>((key >> (kDigitBits * (kDigits - 1 - depth))) & ((1U << kDigitBits) - 1));
}

// Appends items[begin, end), which agree in the digits before `depth`, to `out`.
void order_node(const std::vector<int>& items, std::size_t begin, std::size_t end, int depth,
                const std::vector<std::uint64_t>& keys, std::vector<int>& out) {
  if (depth == kDigits) {
    for (std::size_t i = begin; i < end; ++i) out.push_back(items[i]);
    return;
  }
  std::vector<std::pair<std::size_t, std::size_t>> subtrees;
  for (std::size_t first = begin; first < end;) {
    const auto digit = [&](std::size_t i) {
      return digit_of(keys[static_cast<std::size_t>(items[i])], depth);
    };
    std::size_t last = first + 1;
    while (last < end && digit(last) == digit(first)) ++last;
    if (last - first == 1) {
      out.push_back(items[first]);
    } else {
      subtrees.emplace_back(first, last);
    }
    first = last;
  }
  for (const auto& [first, last] : subtrees) order_node(items, first, last, depth + 1, keys, out);
}

}  // namespace

std::uint64_t trie_key(std::int64_t operation_index) {
  // Bifurcan folds a hash of 64 bits; this one is 32 bits, with its sign.
  const auto wide =
      static_cast<std::int64_t>(static_cast<std::int32_t>(hash_of_number(operation_index)));
  auto hash = static_cast<std::uint32_t>((wide >> 32) ^ wide);
  hash ^= (hash >> 20) ^ (hash >> 12);
  hash ^= (hash >> 7) ^ (hash >> 4);
  return digits_first(hash);
}

void order_as_map(std::vector<int>& items, const std::vector<std::uint64_t>& keys) {
  if (items.size() < 2) return;
  std::vector<int> ordered;
  ordered.reserve(items.size());
  order_node(items, 0, items.size(), 0, keys, ordered);
  items.swap(ordered);
}

std::uint64_t set_key(const std::vector<nlohmann::json>& list) {
  std::uint32_t hash = 1;
  for (const nlohmann::json& value : list) hash = hash * 31 + hash_of(value);
  return digits_first(
      finish_hash(mix_hash(0, mix_block(hash)), static_cast<std::uint32_t>(list.size())));
}

}  // namespace hearsay::bench::elle
