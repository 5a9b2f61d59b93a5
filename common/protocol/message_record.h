// A Message as flat bytes, for the rings and the journal: fixed-width header, then the strings.
//
// No pointers, little-endian, no alignment needed. decode checks every length against the bytes it
// was given and never reads outside them: the bytes may come from a corrupt segment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/message.h"

namespace hearsay::protocol {

// Appends `message` to `out`. A message is below 4 GiB (checked; lines are bounded far below).
void append_message_record(std::string& out, const Message& message);

// Reads what append_message_record wrote. The result's views point into `bytes` and, for the table
// of fields, into `fields` (whose earlier content is replaced). Nothing when the bytes are no such
// record, whole and exactly.
std::optional<Message> decode_message_record(std::string_view bytes, std::vector<Field>& fields);

// The message without its fields, from a record of which the end may be missing. Nothing when what
// is there is too short for that.
std::optional<Message> decode_message_head(std::string_view bytes);

}  // namespace hearsay::protocol
