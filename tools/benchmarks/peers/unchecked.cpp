// Takes the place of the check sums (the linker's --wrap): what they cost is the difference.
#include <cstdint>
#include <string_view>

#define HEARSAY_CHECKSUM __wrap__ZN7hearsay8checksumESt17basic_string_viewIcSt11char_traitsIcEEm
#define HEARSAY_CHECKSUM_OF_RECORDS \
  __wrap__ZN7hearsay19checksum_of_recordsESt17basic_string_viewIcSt11char_traitsIcEEm

extern "C" {

std::uint64_t HEARSAY_CHECKSUM(std::string_view bytes, std::uint64_t seed);
std::uint64_t HEARSAY_CHECKSUM_OF_RECORDS(std::string_view records, std::uint64_t before);

std::uint64_t HEARSAY_CHECKSUM(std::string_view /*bytes*/, std::uint64_t seed) {
  return seed;
}
std::uint64_t HEARSAY_CHECKSUM_OF_RECORDS(std::string_view /*records*/, std::uint64_t before) {
  return before;
}
}
