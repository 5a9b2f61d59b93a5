// Atomic words as C++ lets threads see them: not one value, but all that were stored.
//
// A word is the list of its stores in modification order; a thread has a view, how far it has seen
// each list. A relaxed load may return any store that is not older than the view; a store goes
// anywhere behind the view, an exchange directly behind the store that it reads. A release store
// carries the view of its thread, an acquire load takes over what the store carries. A sequentially
// consistent fence joins its view with that of all such fences before it. (The machine of Kang et
// al., "A promising semantics for relaxed-memory concurrency", POPL 2017, without promises.)
//
// Which store is loaded, and where one goes, is a choice; whoever calls makes it: an operation has
// NAME_choices(), and takes one below that. Beside the views run vector clocks, which know what
// happened before what; fences alone order nothing there, as in the C++ standard.
//
// Single-threaded: it is told on whose behalf an operation is.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hearsay::interleave {

inline constexpr std::size_t kMaxWords = 6;
inline constexpr std::size_t kMaxThreads = 4;

using Clock = std::array<std::uint32_t, kMaxThreads>;

struct View {
  std::array<std::uint32_t, kMaxWords> seen{};  // by word: the index of the newest store seen
  Clock clock{};                                // by thread: what of it happened before

  void join(const View& other);
};

// Collects what tells two states apart.
class StateHash {
 public:
  void add(std::uint64_t value);
  void add(std::string_view bytes);
  void add(const View& view);
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325;
};

class WeakMemory {
 public:
  WeakMemory();

  // The number of the new word.
  std::size_t add_word(std::uint64_t initial);

  struct Loaded {
    std::uint64_t value;
    std::uint64_t store;  // which one: the same in every execution with the same past
  };

  // `newer`: only what the thread has not seen. `fenced`: behind fence(seq_cst).
  struct Wanted {
    bool newer = false;
    bool fenced = false;
  };
  std::size_t load_choices(std::size_t thread, std::size_t word, Wanted wanted) const;
  Loaded load(std::size_t thread, std::size_t word, std::memory_order order, std::size_t choice);
  std::size_t store_choices(std::size_t thread, std::size_t word) const;
  void store(std::size_t thread, std::size_t word, std::uint64_t value, std::memory_order order,
             std::size_t choice);
  std::size_t exchange_choices(std::size_t thread, std::size_t word, Wanted wanted) const;
  Loaded exchange(std::size_t thread, std::size_t word, std::uint64_t value,
                  std::memory_order order, std::size_t choice);
  // Relaxed: nothing.
  void fence(std::size_t thread, std::memory_order order);

  // What happened before the thread's next access, and its own time.
  const Clock& clock(std::size_t thread) const { return threads_[thread].current.clock; }
  // What the first so many threads may still come upon.
  void add_to(StateHash& hash, std::size_t threads) const;

 private:
  struct Store {
    std::uint64_t value;
    std::uint64_t id;       // of which thread, and its how manieth
    View carried;           // what an acquire load takes over
    bool followed = false;  // by the exchange that read it: nothing goes between
  };
  struct Thread {
    View current;
    View acquirable;  // with what relaxed loads read: an acquire fence's
    View released;    // at the last release fence: a relaxed store's
    std::uint64_t stores = 0;
  };

  std::uint32_t oldest(std::size_t thread, std::size_t word, Wanted wanted) const;
  void insert(std::size_t thread, std::size_t word, std::uint32_t place, Store store);
  void tick(Thread& thread, std::size_t number);

  std::vector<std::vector<Store>> words_;
  std::array<Thread, kMaxThreads> threads_{};
  View fences_;  // of the sequentially consistent ones; its clock stays 0
};

}  // namespace hearsay::interleave
