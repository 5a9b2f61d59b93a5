#include "tests/worker/support/counted_work.h"

#include <cstddef>

namespace {
std::uint64_t work = 0;
}

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the compiler's name
extern "C" void __sanitizer_cov_trace_pc() {
  ++work;
}

#ifndef __SANITIZE_ADDRESS__  // it has its own
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the library's name
extern "C" void* __memmove_chk(void* to, const void* from, std::size_t bytes, std::size_t room);

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the library's
extern "C" void* memmove(void* to, const void* from, std::size_t bytes) noexcept {
  work += bytes / sizeof(std::uint64_t);
  return __memmove_chk(to, from, bytes, bytes);
}
#endif

namespace hearsay::test {

std::uint64_t counted_work() {
  return work;
}

}  // namespace hearsay::test
