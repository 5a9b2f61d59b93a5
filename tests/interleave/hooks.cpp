// What the code of a program calls instead of accessing memory: the interface between compilers and
// the library of ThreadSanitizer (compiler-rt, lib/tsan/rtl/tsan_interface.h), as far as our
// sources need it. An atomic operation that is missing here does not link: it then needs a meaning.
//
// Also here: memcpy() and syscall(), which take the place of the C library's, and what programs
// call (program.h).
#include <linux/futex.h>
#include <sys/syscall.h>

#include <array>
#include <cstdarg>
#include <cstring>
#include <exception>
#include <new>

#include "common/base/check.h"
#include "tests/interleave/execution.h"

using hearsay::interleave::Execution;
using hearsay::interleave::Kind;
using hearsay::interleave::Races;

namespace {

void access(Races::Access access, const void* bytes, std::size_t count) {
  if (Execution* execution = Execution::running()) execution->access(access, bytes, count);
}

// Outside of the threads of a program there is nobody to share with.
template <typename T>
T load(const volatile T* word, int order) {
  Execution* execution = Execution::running();
  if (execution == nullptr) return *word;
  return static_cast<T>(execution->perform({.kind = Kind::load,
                                            .word = execution->word_at(word, sizeof(T)),
                                            .order = static_cast<std::memory_order>(order)}));
}

template <typename T>
void store(volatile T* word, T value, int order) {
  Execution* execution = Execution::running();
  if (execution == nullptr) {
    *word = value;
    return;
  }
  execution->perform({.kind = Kind::store,
                      .word = execution->word_at(word, sizeof(T)),
                      .order = static_cast<std::memory_order>(order),
                      .value = value});
}

template <typename T>
T exchange(volatile T* word, T value, int order) {
  Execution& execution = *Execution::running();
  return static_cast<T>(execution.perform({.kind = Kind::exchange,
                                           .word = execution.word_at(word, sizeof(T)),
                                           .order = static_cast<std::memory_order>(order),
                                           .value = value}));
}

}  // namespace

// The names are the compilers' choice.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void* /*caller*/) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void** /*address*/, void* /*value*/) {}
void __tsan_vptr_read(void** /*address*/) {}

#define HEARSAY_ACCESS(bytes)                         \
  void __tsan_read##bytes(void* address) {            \
    access(Races::Access::read, address, bytes);      \
  }                                                   \
  void __tsan_write##bytes(void* address) {           \
    access(Races::Access::write, address, bytes);     \
  }                                                   \
  void __tsan_unaligned_read##bytes(void* address) {  \
    access(Races::Access::read, address, bytes);      \
  }                                                   \
  void __tsan_unaligned_write##bytes(void* address) { \
    access(Races::Access::write, address, bytes);     \
  }
HEARSAY_ACCESS(1)
HEARSAY_ACCESS(2)
HEARSAY_ACCESS(4)
HEARSAY_ACCESS(8)
HEARSAY_ACCESS(16)
#undef HEARSAY_ACCESS

void __tsan_read_range(void* address, unsigned long bytes) {
  access(Races::Access::read, address, bytes);
}
void __tsan_write_range(void* address, unsigned long bytes) {
  access(Races::Access::write, address, bytes);
}

std::uint32_t __tsan_atomic32_load(const volatile std::uint32_t* word, int order) {
  return load(word, order);
}
std::uint64_t __tsan_atomic64_load(const volatile std::uint64_t* word, int order) {
  return load(word, order);
}
void __tsan_atomic32_store(volatile std::uint32_t* word, std::uint32_t value, int order) {
  store(word, value, order);
}
void __tsan_atomic64_store(volatile std::uint64_t* word, std::uint64_t value, int order) {
  store(word, value, order);
}
std::uint32_t __tsan_atomic32_exchange(volatile std::uint32_t* word, std::uint32_t value,
                                       int order) {
  return exchange(word, value, order);
}
std::uint64_t __tsan_atomic64_exchange(volatile std::uint64_t* word, std::uint64_t value,
                                       int order) {
  return exchange(word, value, order);
}
void __tsan_atomic_thread_fence(int order) {
  Execution::running()->perform(
      {.kind = Kind::fence, .order = static_cast<std::memory_order>(order)});
}

// g++ calls the first one of these for what it can't copy in a few instructions, and so does the
// C++ library; clang calls the others.
void* memcpy(void* to, const void* from, std::size_t bytes) {
  access(Races::Access::read, from, bytes);
  access(Races::Access::write, to, bytes);
  return std::memmove(to, from, bytes);
}
void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  return memcpy(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, std::size_t bytes) {
  return memcpy(to, from, bytes);
}
void* __tsan_memset(void* to, int value, std::size_t bytes) {
  access(Races::Access::write, to, bytes);
  return std::memset(to, value, bytes);
}

// Of wait.cpp: futex(word, FUTEX_WAIT, value) and futex(word, FUTEX_WAKE, count).
long syscall(long number, ...) noexcept {
  Execution* execution = Execution::running();
  if (number != SYS_futex || execution == nullptr) std::terminate();
  va_list arguments;
  va_start(arguments, number);
  const auto* word = va_arg(arguments, const std::uint32_t*);
  const int operation = va_arg(arguments, int);
  const auto value = va_arg(arguments, std::uint32_t);
  va_end(arguments);
  execution->perform({.kind = operation == FUTEX_WAIT ? Kind::sleep : Kind::wake,
                      .word = execution->word_at(word, sizeof *word),
                      .value = value});
  return 0;
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace hearsay {

void check_failed(const char* what, const char* /*file*/, int /*line*/) {
  interleave::fail("check failed: " + std::string(what));
}

namespace interleave {

void* Program::operator new(std::size_t bytes) {
  alignas(std::max_align_t) static std::array<std::byte, 4096> place;
  if (bytes > place.size()) throw std::bad_alloc();
  return place.data();
}

void forget_all_but(std::string_view state) {
  Execution::running()->forget_all_but(state);
}

void retry() {
  Execution::running()->retry();
}

bool bell_rings(bool may_sleep) {
  return Execution::running()->perform(
             {.kind = Kind::poll, .value = may_sleep ? std::uint64_t{1} : 0}) != 0;
}

void ring_bell() {
  Execution::running()->perform({.kind = Kind::ring});
}

void silence_bell() {
  Execution::running()->perform({.kind = Kind::silence});
}

void fail(const std::string& what) {
  Execution::running()->fail(what);
}

}  // namespace interleave
}  // namespace hearsay
