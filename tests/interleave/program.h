// What is explored: a small program of some threads that share words, bytes, and one bell.
//
// Its code, and all that it calls, is compiled with -fsanitize=thread, but linked without the
// library behind that: each access to memory then is a call, which hooks.cpp answers.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::interleave {

// An atomic of 4 or 8 bytes. What it holds when the threads start was there before.
struct Word {
  std::string name;
  const void* address;
  std::size_t bytes;
};

struct Thread {
  std::string name;
  // Does the same whenever it is given the same. It may be left in the middle and forgotten, so
  // what it owns stands in the program. An exception is an error.
  std::function<void()> body;
};

class Program {
 public:
  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  virtual ~Program() = default;
  // One program lives at a time, each at the same address: pointers into it are the same in all
  // executions.
  static void* operator new(std::size_t bytes);
  static void operator delete(void* /*program*/) {}

  virtual std::vector<Word> words() = 0;
  // Plain bytes that the threads share: to be watched for data races.
  virtual std::span<const std::byte> bytes() { return {}; }
  virtual std::vector<Thread> threads() = 0;
  // When all threads have ended: what came out, for comparison.
  virtual std::string outcome() { return ""; }
};

// For bodies of threads:

// What was done since is done in vain until there is news: the next load waits for a store that the
// thread has not seen. Trying again with what it has seen would change nothing.
void retry();
// All that counts of what the thread did and was given is in these bytes. It is where it was
// before, or will be again, so that states which differ in nothing else are one. Wrong bytes hide
// errors.
void forget_all_but(std::string_view state);
// The bell is rung, or is rung while the thread sleeps here (a poll() on an eventfd).
bool bell_rings(bool may_sleep);
void ring_bell();
void silence_bell();
// Something is wrong.
[[noreturn]] void fail(const std::string& what);

}  // namespace hearsay::interleave
