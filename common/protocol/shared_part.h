// The part of a line that stands on the shelf, as a record of the reply ring names it (link.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/record.h"
#include "common/protocol/link.h"

namespace hearsay::protocol {

class SharedPart {
 public:
  // The payload of a record behind its LineHeader; it stays where it is. Throws CorruptSegment.
  explicit SharedPart(std::string_view payload)
      : offset_(take<std::uint64_t>(payload)), checks_(payload) {}

  std::uint64_t bytes() const { return blocks() * kSharedBlockBytes; }
  std::uint64_t blocks() const { return checks_.size() / sizeof(std::uint64_t); }
  std::uint64_t offset(std::uint64_t block) const { return offset_ + block * kSharedBlockBytes; }
  std::uint64_t check(std::uint64_t block) const {
    std::string_view from = checks_.substr(block * sizeof(std::uint64_t));
    return take<std::uint64_t>(from);
  }

 private:
  std::uint64_t offset_;
  std::string_view checks_;
};

// The record as it would be without a shelf: calls each(record) for it, or for a record of each
// block that it names. `read(offset, check)` gives the block's text.
template <typename Read, typename Each>
void spell_out(const Record& record, Read&& read, Each&& each) {
  if (record.kind != static_cast<std::uint16_t>(OutputKind::shared)) return each(record);
  std::string_view payload = record.payload;
  const std::string header(bytes_of(take<LineHeader>(payload)));
  const SharedPart part(payload);
  for (std::uint64_t block = 0; block < part.blocks(); ++block) {
    std::string text = header;
    text.append(read(part.offset(block), part.check(block)));
    each(Record{static_cast<std::uint16_t>(OutputKind::line), record.flags, text});
  }
}

// All of a step's outputs so, for who has the whole shelf in its memory.
inline std::string spelled_out(std::string_view outputs, std::string_view shelf) {
  std::string out;
  RecordReader records(outputs);
  while (const auto record = records.next()) {
    spell_out(
        *record,
        [&](std::uint64_t offset, std::uint64_t) {
          return shelf.substr(offset, kSharedBlockBytes);
        },
        [&](const Record& spelled) {
          append_record(out, spelled.kind, spelled.flags, spelled.payload);
        });
  }
  return out;
}

// For who has the whole shelf in its memory: appends a part of a line, as the record has it.
inline void append_part(std::string& line, const Record& record, std::string_view shelf) {
  std::string_view payload = record.payload;
  take<LineHeader>(payload);
  if (record.kind != static_cast<std::uint16_t>(OutputKind::shared)) {
    line.append(payload);
    return;
  }
  const SharedPart part(payload);
  line.append(shelf.substr(part.offset(0), part.bytes()));
}

}  // namespace hearsay::protocol
