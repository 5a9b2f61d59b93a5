// A list of node names, made to be small and cheap to copy.
//
// The names stand in one string with 32-bit offsets and an index by name; copies, and the list
// without one of its names, share them. In a simulator of 10,000 nodes, each of which knows all
// others, this is the difference between a megabyte and gigabytes. Immutable; indices as of a
// vector. Views into it live as long as any roster that shares the names.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::core {

class Roster {
 public:
  Roster() = default;
  explicit Roster(std::span<const std::string> names);
  Roster(std::initializer_list<std::string> names)
      : Roster(std::span<const std::string>(names.begin(), names.size())) {}

  // Reads a JSON array (valid JSON) of strings; nothing if it is something else. If it names just
  // the nodes of `expected`, the result shares its memory.
  static std::optional<Roster> parse(std::string_view json, const Roster& expected);
  // The same of a journal's record, which may be any bytes.
  static std::optional<Roster> parse_record(std::string_view bytes, const Roster& expected);
  std::string json() const;

  std::size_t size() const { return names_ ? names_->offsets.size() - (skips() ? 2 : 1) : 0; }
  bool empty() const { return size() == 0; }
  std::string_view operator[](std::size_t i) const { return names_->at(i < skipped_ ? i : i + 1); }
  bool contains(std::string_view name) const;
  // The place of a name among all names in byte order, which is the same on every node, in whatever
  // order its init gave them; and back. Not for a roster that leaves a name out.
  std::optional<std::size_t> rank(std::string_view name) const;
  std::string_view by_rank(std::size_t rank) const { return names_->at(names_->by_name[rank]); }
  // Each name once, where it stands first.
  Roster distinct() const;
  // All names but this one, however often it is there.
  Roster without(std::string_view name) const;

  bool operator==(const Roster& other) const;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    Iterator(const Roster* roster, std::size_t at) : roster_(roster), at_(at) {}
    std::string_view operator*() const { return (*roster_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Roster* roster_;
    std::size_t at_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::uint32_t kFree = static_cast<std::uint32_t>(-1);

  struct Names {
    std::string text;
    std::vector<std::uint32_t> offsets{0};  // of each name in `text`, and behind the last one
    std::vector<std::uint32_t> by_name;     // the names' numbers, sorted by name
    std::vector<std::uint32_t> ranks;       // by hash of the name, with free slots (kFree)
    bool repeats = false;                   // a name is there twice
    mutable std::string json;               // of all names, once it was asked for

    std::string_view at(std::size_t i) const {
      return std::string_view(text).substr(offsets[i], offsets[i + 1] - offsets[i]);
    }
    // The slot of `ranks` where the name's rank stands, or would.
    std::size_t slot_of(std::string_view name) const;
  };

  bool skips() const { return skipped_ != kNone; }
  // How many of the names are `name`, and the number of the first one.
  std::pair<std::size_t, std::size_t> find(std::string_view name) const;

  std::shared_ptr<const Names> names_;
  std::size_t skipped_ = kNone;  // the number of the one name left out
};

}  // namespace hearsay::core
