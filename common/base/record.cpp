#include "common/base/record.h"

#include <limits>

#include "common/base/check.h"

namespace hearsay {

void append_record(std::string& out, std::uint16_t kind, std::uint16_t flags,
                   std::string_view payload) {
  HEARSAY_CHECK(out.size() % 8 == 0, "records start at a multiple of 8");
  HEARSAY_CHECK(payload.size() <= std::numeric_limits<std::uint32_t>::max(), "a payload < 4 GiB");
  const std::uint64_t end = out.size() + record_bytes(payload.size());
  const RecordHeader header{static_cast<std::uint32_t>(payload.size()), kind, flags};
  out.append(bytes_of(header)).append(payload).resize(end, '\0');
}

std::optional<Record> RecordReader::next() {
  const std::uint64_t left = bytes_.size() - position_;
  if (left == 0) return std::nullopt;
  if (left < kRecordHeaderBytes) throw CorruptSegment("a record's header is cut off");
  RecordHeader header{};
  std::memcpy(&header, bytes_.data() + position_, sizeof header);
  if (record_bytes(header.length) > left) throw CorruptSegment("a record's length points outside");
  const Record record{header.kind, header.flags,
                      bytes_.substr(position_ + kRecordHeaderBytes, header.length)};
  position_ += record_bytes(header.length);
  return record;
}

}  // namespace hearsay
