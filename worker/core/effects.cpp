#include "worker/core/effects.h"

#include <algorithm>
#include <cstring>

namespace hearsay::core {
namespace {

using protocol::kFirstPart;
using protocol::kLastPart;
using protocol::kToClient;
using protocol::LineHeader;
using protocol::OutputKind;

constexpr auto kLine = static_cast<std::uint16_t>(OutputKind::line);
constexpr std::uint64_t kLineOverheadBytes = kRecordHeaderBytes + sizeof(LineHeader);
constexpr std::uint64_t kLongestPartBytes = protocol::kLongestPayloadBytes - sizeof(LineHeader);

}  // namespace

void Effects::wake_at(std::int64_t at_ns, std::uint64_t token) {
  append_record(outputs_, static_cast<std::uint16_t>(OutputKind::wake), 0,
                bytes_of(protocol::WakeRequest{at_ns, token}));
}

void Effects::clear() {
  journal_.clear();
  outputs_.clear();
}

void Effects::rewind(Mark mark) {
  journal_.resize(mark.journal_bytes);
  outputs_.resize(mark.output_bytes);
}

// Room for the record's header comes first, so that the text is written where it stays.
std::uint64_t Effects::begin_line(std::int64_t taken_ns) {
  const std::uint64_t begin = outputs_.size();
  outputs_.append(kRecordHeaderBytes, '\0').append(bytes_of(LineHeader{taken_ns}));
  return begin;
}

void Effects::end_line(std::uint64_t begin, std::int64_t taken_ns, bool to_client) {
  const std::uint64_t text_bytes = outputs_.size() - begin - kLineOverheadBytes;
  const auto client_flag = static_cast<std::uint16_t>(to_client ? kToClient : 0);
  if (text_bytes <= kLongestPartBytes) {
    const RecordHeader header{static_cast<std::uint32_t>(sizeof(LineHeader) + text_bytes), kLine,
                              static_cast<std::uint16_t>(kFirstPart | kLastPart | client_flag)};
    std::memcpy(outputs_.data() + begin, &header, sizeof header);
    outputs_.resize(begin + record_bytes(header.length), '\0');
    return;
  }
  const std::string text = outputs_.substr(begin + kLineOverheadBytes);
  outputs_.resize(begin);
  for (std::uint64_t at = 0; at < text.size(); at += kLongestPartBytes) {
    std::string part(bytes_of(LineHeader{taken_ns}));
    part.append(text, at, kLongestPartBytes);
    const int place =
        (at == 0 ? kFirstPart : 0) | (at + kLongestPartBytes >= text.size() ? kLastPart : 0);
    append_record(outputs_, kLine, static_cast<std::uint16_t>(place | client_flag), part);
  }
}

}  // namespace hearsay::core
