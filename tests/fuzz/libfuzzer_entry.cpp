// libFuzzer's way into one target, HEARSAY_FUZZ_TARGET.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

// libFuzzer's name for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hearsay::fuzz::HEARSAY_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
