// A text of a service that only grows and that its answers share: what of it is on the shelf.
//
// Answers name whole blocks of it (common/protocol/link.h); the rest stands in them. A block goes
// to the shelf with the first answer that names it, and in each life of the worker again. One text
// a node: its blocks begin at the shelf's beginning. Not thread-safe; pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/checksum.h"
#include "common/protocol/link.h"

namespace hearsay::core {

// A block for the shelf. Its text is the service's, and good until the next step.
struct ShelfBlock {
  std::uint64_t offset;
  std::string_view text;
};

// For who keeps the shelf in memory.
inline void put_on(std::string& shelf, const std::vector<ShelfBlock>& blocks) {
  for (const ShelfBlock& block : blocks) {
    shelf.resize(std::max<std::size_t>(shelf.size(), block.offset + block.text.size()));
    shelf.replace(block.offset, block.text.size(), block.text);
  }
}

class SharedText {
 public:
  // The check sums of the whole blocks of `text`, which is what it was, and perhaps more. Those
  // that are new are added to `fresh`.
  const std::vector<std::uint64_t>& checks(std::string_view text, std::vector<ShelfBlock>& fresh) {
    const std::uint64_t whole = text.size() / protocol::kSharedBlockBytes;
    while (checks_.size() < whole) {
      const std::uint64_t offset = checks_.size() * protocol::kSharedBlockBytes;
      fresh.push_back({offset, text.substr(offset, protocol::kSharedBlockBytes)});
      checks_.push_back(checksum(fresh.back().text));
    }
    return checks_;
  }

 private:
  std::vector<std::uint64_t> checks_;
};

}  // namespace hearsay::core
