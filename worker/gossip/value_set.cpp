#include "worker/gossip/value_set.h"

#include <algorithm>
#include <array>

#include "common/base/checksum.h"

namespace hearsay::gossip {

ValueSet::ValueSet() {
  text_.append(std::string_view("[]"));
}

std::uint64_t ValueSet::hash_of(std::uint32_t number) const {
  return checksum((*this)[number]);
}

bool ValueSet::add(std::string_view value) {
  const std::uint64_t hash = checksum(value);
  if (find(value, hash)) return false;
  append(value);
  index_.insert(hash, [this](std::uint32_t number) { return hash_of(number); });
  return true;
}

void ValueSet::append(std::string_view value) {
  if (empty()) {
    text_.pop_back();
  } else {
    text_[text_.size() - 1] = ',';
  }
  if (size() % kBlock == 0) block_begins_.push_back(text_.size());
  begins_.push_back(static_cast<std::uint32_t>(text_.size() - block_begins_[size() / kBlock]));
  text_.append(value);
  text_.push_back(']');
}

std::optional<std::uint32_t> ValueSet::find(std::string_view value) const {
  return find(value, checksum(value));
}

std::optional<std::uint32_t> ValueSet::find(std::string_view value, std::uint64_t hash) const {
  index_what_waits();
  return index_.find(hash, [&](std::uint32_t number) { return (*this)[number] == value; });
}

// A few at a time: the processor fetches what they need from memory together.
void ValueSet::index_what_waits() const {
  if (index_.size() == size()) return;
  if (index_.size() == 0) index_.reserve(size());
  std::array<std::uint64_t, 16> hashes{};
  while (index_.size() < size()) {
    const std::uint32_t first = index_.size();
    const auto count = std::min<std::uint32_t>(hashes.size(), size() - first);
    for (std::uint32_t i = 0; i < count; ++i) {
      hashes[i] = hash_of(first + i);
      index_.prefetch(hashes[i]);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      index_.insert(hashes[i], [this](std::uint32_t number) { return hash_of(number); });
    }
  }
}

}  // namespace hearsay::gossip
