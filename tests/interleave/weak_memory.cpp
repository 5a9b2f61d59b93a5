#include "tests/interleave/weak_memory.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace hearsay::interleave {
namespace {

bool acquires(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}

bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

// Sequentially consistent accesses have rules of their own, which nobody needs here.
void check_order(std::memory_order order) {
  if (order == std::memory_order_seq_cst || order == std::memory_order_consume) {
    throw std::logic_error("only relaxed, acquire and release accesses are known here");
  }
}

}  // namespace

void View::join(const View& other) {
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = std::max(seen[i], other.seen[i]);
  for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = std::max(clock[i], other.clock[i]);
}

void StateHash::add(std::uint64_t value) {
  value_ = (value_ ^ value) * 0x9e37'79b9'7f4a'7c15;
  value_ ^= value_ >> 29;
}

void StateHash::add(std::string_view bytes) {
  add(std::hash<std::string_view>()(bytes));
}

void StateHash::add(const View& view) {
  for (const std::uint32_t seen : view.seen) add(seen);
  for (const std::uint32_t time : view.clock) add(time);
}

WeakMemory::WeakMemory() {
  for (std::size_t i = 0; i < threads_.size(); ++i) tick(threads_[i], i);
}

std::size_t WeakMemory::add_word(std::uint64_t initial) {
  if (words_.size() == kMaxWords) throw std::logic_error("raise kMaxWords");
  words_.push_back({Store{initial, 0, {}}});
  return words_.size() - 1;
}

std::uint32_t WeakMemory::oldest(std::size_t thread, std::size_t word, Wanted wanted) const {
  const Thread& own = threads_[thread];
  std::uint32_t index = own.current.seen[word];
  if (wanted.fenced) {
    index = std::max({index, own.acquirable.seen[word], fences_.seen[word]});
  }
  return index + (wanted.newer ? 1 : 0);
}

std::size_t WeakMemory::load_choices(std::size_t thread, std::size_t word, Wanted wanted) const {
  return words_[word].size() - oldest(thread, word, wanted);
}

// Choice 0 is the newest.
WeakMemory::Loaded WeakMemory::load(std::size_t thread, std::size_t word, std::memory_order order,
                                    std::size_t choice) {
  check_order(order);
  const std::size_t index = words_[word].size() - 1 - choice;
  const Store& store = words_[word][index];
  Thread& own = threads_[thread];
  own.current.seen[word] = static_cast<std::uint32_t>(index);
  if (acquires(order)) own.current.join(store.carried);
  own.acquirable.join(store.carried);
  own.acquirable.join(own.current);
  return {store.value, store.id};
}

std::size_t WeakMemory::store_choices(std::size_t thread, std::size_t word) const {
  const auto& stores = words_[word];
  return static_cast<std::size_t>(
      std::count_if(stores.begin() + threads_[thread].current.seen[word], stores.end(),
                    [](const Store& before) { return !before.followed; }));
}

void WeakMemory::store(std::size_t thread, std::size_t word, std::uint64_t value,
                       std::memory_order order, std::size_t choice) {
  check_order(order);
  const Thread& own = threads_[thread];
  std::size_t before = words_[word].size() - 1;  // choice 0 goes to the end
  for (std::size_t left = choice;; --before) {
    if (words_[word][before].followed) continue;
    if (left-- == 0) break;
  }
  insert(thread, word, static_cast<std::uint32_t>(before + 1),
         {value, 0, releases(order) ? own.current : own.released});
}

std::size_t WeakMemory::exchange_choices(std::size_t thread, std::size_t word,
                                         Wanted wanted) const {
  const auto& stores = words_[word];
  return static_cast<std::size_t>(std::count_if(stores.begin() + oldest(thread, word, wanted),
                                                stores.end(),
                                                [](const Store& read) { return !read.followed; }));
}

WeakMemory::Loaded WeakMemory::exchange(std::size_t thread, std::size_t word, std::uint64_t value,
                                        std::memory_order order, std::size_t choice) {
  check_order(order);
  std::size_t read = words_[word].size() - 1;
  for (std::size_t left = choice;; --read) {
    if (words_[word][read].followed) continue;
    if (left-- == 0) break;
  }
  const Loaded loaded = load(thread, word, order, words_[word].size() - 1 - read);
  words_[word][read].followed = true;
  // It carries on what it read: a release sequence.
  const Thread& own = threads_[thread];
  Store store{value, 0, words_[word][read].carried};
  store.carried.join(releases(order) ? own.current : own.released);
  insert(thread, word, static_cast<std::uint32_t>(read + 1), store);
  return loaded;
}

void WeakMemory::insert(std::size_t thread, std::size_t word, std::uint32_t place, Store store) {
  // What was seen of this word moves with the stores behind the place.
  const auto move = [&](View& view) {
    if (view.seen[word] >= place) ++view.seen[word];
  };
  for (Thread& each : threads_) {
    move(each.current);
    move(each.acquirable);
    move(each.released);
  }
  move(fences_);
  for (auto& stores : words_) {
    for (Store& each : stores) move(each.carried);
  }
  move(store.carried);
  Thread& own = threads_[thread];
  store.id = thread + kMaxThreads * ++own.stores;
  store.carried.seen[word] = std::max(store.carried.seen[word], place);
  own.current.seen[word] = place;
  own.acquirable.join(own.current);
  words_[word].insert(words_[word].begin() + place, store);
  tick(own, thread);
}

void WeakMemory::fence(std::size_t thread, std::memory_order order) {
  Thread& own = threads_[thread];
  if (acquires(order)) own.current = own.acquirable;
  if (order == std::memory_order_seq_cst) {
    const Clock before = own.current.clock;
    own.current.join(fences_);
    own.current.clock = before;
    fences_.seen = own.current.seen;
    own.acquirable.join(own.current);
  }
  if (releases(order)) own.released = own.current;
  tick(own, thread);
}

// What the thread does from now on did not happen before what it released until now.
void WeakMemory::tick(Thread& thread, std::size_t number) {
  thread.acquirable.clock[number] = ++thread.current.clock[number];
}

void WeakMemory::add_to(StateHash& hash, std::size_t threads) const {
  for (std::size_t i = 0; i < threads; ++i) {
    hash.add(threads_[i].current);
    hash.add(threads_[i].acquirable);
    hash.add(threads_[i].released);
  }
  hash.add(fences_);
  for (std::size_t word = 0; word < words_.size(); ++word) {
    std::size_t oldest = words_[word].size();
    for (std::size_t i = 0; i < threads; ++i) {
      oldest = std::min<std::size_t>(oldest, threads_[i].current.seen[word]);
    }
    hash.add(words_[word].size());
    for (std::size_t index = oldest; index < words_[word].size(); ++index) {
      const Store& store = words_[word][index];
      hash.add(store.value);
      hash.add(store.id);
      hash.add(store.carried);
      hash.add(store.followed ? 1 : 0);
    }
  }
}

}  // namespace hearsay::interleave
