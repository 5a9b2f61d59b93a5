// Finds a value's number by a hash of its text: an open-addressing table that grows bit by bit.
//
// Numbers are inserted in order, from 0. A slot has four bytes: the number in the lower bits, as
// many as the table's size needs, and of the hash what fits above. A table that is too full gets a
// successor of twice the size, and each insertion moves a few numbers there; nothing is ever done
// for all of them at once. The owner keeps the texts, and hashes them again. Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

namespace hearsay::gossip {

class ValueIndex {
 public:
  // The number of the value with this hash for which is_it(number) holds.
  template <typename IsIt>
  std::optional<std::uint32_t> find(std::uint64_t hash, IsIt&& is_it) const {
    for (const Table* table : {&table_, &outgrown_}) {
      if (table->slots == nullptr) continue;
      for (std::uint64_t at = table->first(hash);; at = table->next(at)) {
        const std::uint32_t slot = table->slots[at];
        if (slot == 0) break;
        if (!table->may_be(slot, hash)) continue;
        const std::uint32_t number = table->number_in(slot);
        if (is_it(number)) return number;
      }
    }
    return std::nullopt;
  }

  std::uint32_t size() const { return size_; }
  // Inserts the next number. `hash_of(number)`: also of those before it. Throws std::bad_alloc.
  template <typename HashOf>
  void insert(std::uint64_t hash, HashOf&& hash_of) {
    if (is_full()) grow(size_ + 1);
    table_.put(hash, size_++);
    for (int i = 0; i < kMovedAtATime && outgrown_.slots != nullptr; ++i) {
      table_.put(hash_of(moved_), moved_);
      if (++moved_ == outgrown_size_) outgrown_ = {};
    }
  }
  // Of an empty index: makes room for so many. Throws std::bad_alloc.
  void reserve(std::uint32_t count) { grow(count); }
  // What insert(hash) will look at comes from memory meanwhile.
  void prefetch(std::uint64_t hash) const {
    if (table_.slots != nullptr) __builtin_prefetch(&table_.slots[table_.first(hash)], 1);
  }

 private:
  // A table is full after far more insertions than it takes to move all numbers there.
  static constexpr int kMovedAtATime = 8;

  struct Free {
    void operator()(std::uint32_t* slots) const { std::free(slots); }
  };
  struct Table {
    std::unique_ptr<std::uint32_t[], Free> slots;  // 0: free
    unsigned bits = 0;                             // of the number of slots

    std::uint64_t mask() const { return (std::uint64_t{1} << bits) - 1; }
    std::uint64_t first(std::uint64_t hash) const { return hash & mask(); }
    std::uint64_t next(std::uint64_t at) const { return (at + 1) & mask(); }
    std::uint32_t tag(std::uint64_t hash) const {
      return static_cast<std::uint32_t>(hash >> 32) & ~static_cast<std::uint32_t>(mask());
    }
    bool may_be(std::uint32_t slot, std::uint64_t hash) const {
      return ((slot ^ tag(hash)) & ~static_cast<std::uint32_t>(mask())) == 0;
    }
    std::uint32_t number_in(std::uint32_t slot) const {
      return (slot & static_cast<std::uint32_t>(mask())) - 1;
    }
    void put(std::uint64_t hash, std::uint32_t number) {
      std::uint64_t at = first(hash);
      while (slots[at] != 0) at = next(at);
      slots[at] = tag(hash) | (number + 1);
    }
  };

  bool is_full() const;
  void grow(std::uint64_t count);

  Table table_;
  Table outgrown_;  // whole until all of it is in table_ too
  std::uint32_t outgrown_size_ = 0;
  std::uint32_t moved_ = 0;  // numbers of it
  std::uint32_t size_ = 0;
};

}  // namespace hearsay::gossip
