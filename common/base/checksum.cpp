#include "common/base/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/base/record.h"

namespace hearsay {

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t checksum_of_records(std::string_view records, std::uint64_t before) {
  RecordReader reader(records);
  std::uint64_t sum = before;
  for (std::uint64_t begin = 0; reader.next(); begin = reader.position()) {
    sum = checksum(records.substr(begin, reader.position() - begin), sum);
  }
  return sum;
}

}  // namespace hearsay
