// One execution of a program: its threads, what they are about to do, and what each of that may
// come to.
//
// Threads run one at a time, from one shared operation to the next. Whoever drives the execution
// takes one of its alternatives after the other; the same ones lead to the same state.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/interleave/coroutine.h"
#include "tests/interleave/program.h"
#include "tests/interleave/races.h"
#include "tests/interleave/weak_memory.h"

namespace hearsay::interleave {

enum class Machine {
  // What C++ promises.
  cxx,
  // A processor with total store order (x86), or rather less than it promises: each load acquires,
  // each store releases, an exchange is a full fence.
  tso,
};

struct Rules {
  Machine machine = Machine::cxx;
  // The operation that is relaxed whatever the code says: "THREAD: OPERATION WORD", or
  // "THREAD: fence behind WORD" by what the thread did last, which then is no fence.
  std::string weakened;
};

enum class Kind { load, store, exchange, fence, sleep, woken, wake, poll, ring, silence };

inline constexpr std::size_t kNoWord = kMaxWords;

struct Operation {
  Kind kind;
  std::size_t word = kNoWord;  // fence: that of the operation before it
  std::memory_order order = std::memory_order_relaxed;
  std::uint64_t value = 0;  // sleep: while the word holds it
};

class Execution {
 public:
  Execution(std::unique_ptr<Program> program, Rules rules);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  // None: every thread has ended or sleeps for ever, or there is an error.
  std::size_t alternatives() const;
  void take(std::size_t alternative);

  // What is wrong; empty: nothing.
  const std::string& error() const { return error_; }
  // What was done, one line an operation.
  std::string story() const;
  bool weakened() const { return weakened_; }
  std::string outcome() { return program_->outcome(); }
  std::uint64_t state() const;

  // For hooks.cpp. Nothing: no thread is running, only the test itself.
  static Execution* running();
  std::uint64_t perform(Operation operation);
  std::size_t word_at(const volatile void* address, std::size_t bytes);
  void access(Races::Access access, const void* bytes, std::size_t count);
  void retry();
  void forget_all_but(std::string_view state);
  [[noreturn]] void fail(const std::string& what);

 private:
  struct Playing {
    std::string name;
    std::unique_ptr<Coroutine> coroutine;
    std::optional<Operation> next;
    std::uint64_t result = 0;
    std::size_t last_word = kNoWord;
    std::optional<std::size_t> asleep_on;
    bool wants_news = false;  // of its next load
    std::uint64_t past = 0;   // a hash of all that it was given
  };
  struct Step {
    std::size_t thread;
    Operation operation;
    std::uint64_t result;
  };

  void run(std::size_t number);
  void find_sleepers_for_ever();
  std::string name_of(std::size_t thread, const Operation& operation) const;
  std::memory_order order_of(std::size_t thread, const Operation& operation);
  std::size_t choices(std::size_t number) const;
  void execute(std::size_t number, const Operation& operation, std::size_t choice);
  void execute_sleep(std::size_t number, const Operation& operation, std::size_t choice);
  static void give(Playing& thread, WeakMemory::Loaded loaded);

  std::unique_ptr<Program> program_;
  Rules rules_;
  std::vector<Word> words_;
  WeakMemory memory_;
  Races races_;
  std::vector<Playing> threads_;
  std::size_t bell_ = 0;
  std::vector<Step> steps_;
  std::optional<std::size_t> current_;
  bool weakened_ = false;
  std::string error_;
};

}  // namespace hearsay::interleave
