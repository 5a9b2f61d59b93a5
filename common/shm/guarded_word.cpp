#include "common/shm/guarded_word.h"

namespace hearsay::shm {

void GuardedWord::refuse(std::uint64_t word) {
  throw CorruptSegment("a word of the shared memory is damaged: " + std::to_string(word));
}

}  // namespace hearsay::shm
