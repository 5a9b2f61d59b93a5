#include "tools/experiment/verdict/linear/configuration.h"

#include <algorithm>

namespace hearsay::bench::linear {
namespace {

constexpr std::uint64_t kMostUsed = 0xFFFF;  // of a kind: as good as without end
constexpr std::size_t kCountsAWord = 4;

std::uint64_t count_in(std::uint64_t word, std::size_t place) {
  return (word >> (16 * place)) & kMostUsed;
}

}  // namespace

Row Configurations::make(State state) {
  Row row = 0;
  if (unused_.empty()) {
    row = static_cast<Row>(words_.size() / width_);
    words_.resize(words_.size() + width_, 0);
  } else {
    row = unused_.back();
    unused_.pop_back();
    std::fill_n(words_.begin() + static_cast<std::ptrdiff_t>(begin(row)), width_, 0);
  }
  set_state(row, state);
  return row;
}

Row Configurations::copy(Row row) {
  const Row made = make(0);
  std::copy_n(words_.begin() + static_cast<std::ptrdiff_t>(begin(row)), width_,
              words_.begin() + static_cast<std::ptrdiff_t>(begin(made)));
  return made;
}

void Configurations::set(Row row, std::size_t set, std::uint32_t slot, bool is) {
  const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
  std::uint64_t& word = words_[word_of(row, set, slot)];
  word = is ? word | bit : word & ~bit;
}

std::uint32_t Configurations::used(Row row, std::size_t kind) const {
  const std::uint64_t word = words_[begin(row) + 1 + 2 * slot_words_ + kind / kCountsAWord];
  return static_cast<std::uint32_t>(count_in(word, kind % kCountsAWord));
}

void Configurations::use(Row row, std::size_t kind) {
  std::uint64_t& word = words_[begin(row) + 1 + 2 * slot_words_ + kind / kCountsAWord];
  const std::size_t place = kind % kCountsAWord;
  if (count_in(word, place) < kMostUsed) word += std::uint64_t{1} << (16 * place);
}

bool Configurations::dominates(Row better, Row worse) const {
  const std::uint64_t* b = &words_[begin(better)];
  const std::uint64_t* w = &words_[begin(worse)];
  if (*b++ != *w++) return false;
  for (std::size_t i = 0; i < slot_words_; ++i, ++b, ++w) {
    if ((*b & ~*w) != 0) return false;  // it must do more
  }
  for (std::size_t i = 0; i < slot_words_; ++i, ++b, ++w) {
    if ((*w & ~*b) != 0) return false;  // it can do less
  }
  for (std::size_t kind = 0; kind < kinds_; ++kind) {
    const std::size_t place = kind % kCountsAWord;
    if (count_in(b[kind / kCountsAWord], place) > count_in(w[kind / kCountsAWord], place)) {
      return false;
    }
  }
  return true;
}

}  // namespace hearsay::bench::linear
