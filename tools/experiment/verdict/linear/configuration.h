// Where a search for a linearization may stand: the key's state, and what became of each open
// operation.
//
// An open operation that changes something
// - must take place before it returns ("must" and "can"), or
// - may ("can" alone): somebody wrote over it, or might have, while it was open; so it may just as
//   well have taken place unseen right before that, or
// - has taken place (neither).
// An open read must see its value, or has seen it. Of operations that never return it is counted
// how many of each kind have taken place.
//
// Configurations are rows of one pool, all of the same width, named by their number. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/experiment/verdict/linear/register_history.h"

namespace hearsay::bench::linear {

using Row = std::uint32_t;

class Configurations {
 public:
  Configurations(std::size_t slots, std::size_t kinds)
      : slot_words_((slots + 63) / 64),
        width_(1 + 2 * slot_words_ + (kinds + 3) / 4),
        kinds_(kinds) {}

  Row make(State state);
  Row copy(Row row);
  void release(Row row) { unused_.push_back(row); }
  std::size_t bytes() const { return words_.size() * sizeof(std::uint64_t); }

  State state(Row row) const { return static_cast<State>(words_[begin(row)]); }
  void set_state(Row row, State state) { words_[begin(row)] = state; }
  bool must(Row row, std::uint32_t slot) const { return has(row, 0, slot); }
  bool can(Row row, std::uint32_t slot) const { return has(row, 1, slot); }
  void set_must(Row row, std::uint32_t slot, bool is) { set(row, 0, slot, is); }
  void set_can(Row row, std::uint32_t slot, bool is) { set(row, 1, slot, is); }
  std::uint32_t used(Row row, std::size_t kind) const;
  void use(Row row, std::size_t kind);

  // Whatever can still happen from `worse` can happen from `better` too.
  bool dominates(Row better, Row worse) const;

 private:
  std::size_t begin(Row row) const { return std::size_t{row} * width_; }
  std::size_t word_of(Row row, std::size_t set, std::uint32_t slot) const {
    return begin(row) + 1 + set * slot_words_ + slot / 64;
  }
  bool has(Row row, std::size_t set, std::uint32_t slot) const {
    return ((words_[word_of(row, set, slot)] >> (slot % 64)) & 1U) != 0;
  }
  void set(Row row, std::size_t set, std::uint32_t slot, bool is);

  std::size_t slot_words_;
  std::size_t width_;
  std::size_t kinds_;
  std::vector<std::uint64_t> words_;
  std::vector<Row> unused_;
};

}  // namespace hearsay::bench::linear
