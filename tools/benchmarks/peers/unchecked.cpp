// Takes the place of the check sums (the linker's --wrap): what they cost is the difference.
#include <cstdint>
#include <string_view>

extern "C" std::uint64_t __wrap__ZN7hearsay8checksumESt17basic_string_viewIcSt11char_traitsIcEEm(
    std::string_view /*bytes*/, std::uint64_t seed);
extern "C" std::uint64_t __wrap__ZN7hearsay8checksumESt17basic_string_viewIcSt11char_traitsIcEEm(
    std::string_view /*bytes*/, std::uint64_t seed) {
  return seed;
}
