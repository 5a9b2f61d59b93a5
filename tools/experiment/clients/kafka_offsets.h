// What the operations of a kafka run say of offsets. Pure functions.
#pragma once

#include <cstdint>
#include <map>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

// By key: keys are numbers, written as strings in operations.
using KafkaOffsets = std::map<std::int64_t, std::int64_t>;

// The highest that an ok operation was told, by key; an empty list of a poll counts as -1. Keys
// that are no numbers, which no client uses, are left out.
KafkaOffsets sent_offsets(const Operation& ok);
KafkaOffsets polled_offsets(const Operation& ok);

// Each key gets the larger of both.
void raise_offsets(KafkaOffsets& offsets, const KafkaOffsets& by);
// -1: there is none.
std::int64_t offset_of(const KafkaOffsets& offsets, std::int64_t key);

}  // namespace hearsay::bench
