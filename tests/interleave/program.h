// What is explored: a small program of some threads that share words, bytes, and one bell.
//
// Its code, and all that it calls, is compiled with -fsanitize=thread, but linked without the
// library behind that: each access to memory then is a call, which hooks.cpp answers.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
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
// The bell is rung, or is rung while the thread sleeps here (a poll() on an eventfd).
bool bell_rings(bool may_sleep);
void ring_bell();
void silence_bell();
// Something is wrong.
[[noreturn]] void fail(const std::string& what);

}  // namespace hearsay::interleave
