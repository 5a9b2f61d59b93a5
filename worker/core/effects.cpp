#include "worker/core/effects.h"

#include <algorithm>
#include <cstring>

#include "common/base/check.h"

namespace hearsay::core {
namespace {

using protocol::kFirstPart;
using protocol::kLastPart;
using protocol::kToClient;
using protocol::LineHeader;
using protocol::OutputKind;

constexpr auto kLine = static_cast<std::uint16_t>(OutputKind::line);
constexpr auto kShared = static_cast<std::uint16_t>(OutputKind::shared);
// A text with fewer whole blocks is rather copied.
constexpr std::uint64_t kFewestShared = 2;
constexpr std::uint64_t kMostChecksBytes =
    (protocol::kLongestPayloadBytes - sizeof(LineHeader) - sizeof(std::uint64_t)) / 8 * 8;
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
  shared_checks_.clear();
  shelf_blocks_.clear();
}

void Effects::rewind(Mark mark) {
  journal_.resize(mark.journal_bytes);
  outputs_.resize(mark.output_bytes);
  shared_checks_.clear();
}

// Room for the record's header comes first, so that the text is written where it stays.
std::uint64_t Effects::begin_line(std::int64_t taken_ns) {
  const std::uint64_t begin = outputs_.size();
  outputs_.append(kRecordHeaderBytes, '\0').append(bytes_of(LineHeader{taken_ns, position_}));
  return begin;
}

void Effects::end_line(std::uint64_t begin, bool to_client) {
  const std::uint64_t text_bytes = outputs_.size() - begin - kLineOverheadBytes;
  const auto client_flag = static_cast<std::uint16_t>(to_client ? kToClient : 0);
  if (!shared_checks_.empty()) return end_shared_line(begin, client_flag);
  if (text_bytes <= kLongestPartBytes) {
    const RecordHeader header{static_cast<std::uint32_t>(sizeof(LineHeader) + text_bytes), kLine,
                              static_cast<std::uint16_t>(kFirstPart | kLastPart | client_flag)};
    std::memcpy(outputs_.data() + begin, &header, sizeof header);
    outputs_.resize(begin + record_bytes(header.length), '\0');
    return;
  }
  cut_line(begin, text_bytes, client_flag);
}

void Effects::share(SharedText& shared, std::string_view text) {
  const std::uint64_t whole = text.size() / protocol::kSharedBlockBytes;
  if (whole < kFewestShared) {
    outputs_.append(text);
    return;
  }
  HEARSAY_CHECK(shared_checks_.empty(), "a line shares one text");
  const auto& checks = shared.checks(text, shelf_blocks_);
  shared_at_ = outputs_.size();
  shared_checks_.assign(reinterpret_cast<const char*>(checks.data()),
                        whole * sizeof(std::uint64_t));
  outputs_.append(text.substr(whole * protocol::kSharedBlockBytes));
}

// What comes before the blocks, their names, what comes behind.
void Effects::end_shared_line(std::uint64_t begin, std::uint16_t flags) {
  const std::uint64_t text_begin = begin + kLineOverheadBytes;
  const std::string head = outputs_.substr(text_begin, shared_at_ - text_begin);
  const std::string rest = outputs_.substr(shared_at_);
  LineHeader header{};
  std::memcpy(&header, outputs_.data() + begin + kRecordHeaderBytes, sizeof header);
  outputs_.resize(begin);
  append_parts(header, head, static_cast<std::uint16_t>(flags | kFirstPart));
  for (std::uint64_t at = 0; at < shared_checks_.size(); at += kMostChecksBytes) {
    std::string payload(bytes_of(header));
    payload.append(bytes_of(at / sizeof(std::uint64_t) * protocol::kSharedBlockBytes));
    payload.append(shared_checks_, at, kMostChecksBytes);
    append_record(outputs_, kShared, flags, payload);
  }
  append_parts(header, rest, static_cast<std::uint16_t>(flags | kLastPart));
  shared_checks_.clear();
}

// A text that is not empty, in records as long as they may be.
void Effects::append_parts(const LineHeader& header, std::string_view text, std::uint16_t flags) {
  for (std::uint64_t at = 0; at < text.size(); at += kLongestPartBytes) {
    int left_out = 0;
    if (at > 0) left_out |= kFirstPart;
    if (at + kLongestPartBytes < text.size()) left_out |= kLastPart;
    append_record(outputs_, kLine, static_cast<std::uint16_t>(flags & ~left_out),
                  std::string(bytes_of(header)).append(text.substr(at, kLongestPartBytes)));
  }
}

// The text becomes the payloads of several records, in place, the last one first: it may be most of
// the memory that there is.
void Effects::cut_line(std::uint64_t begin, std::uint64_t text_bytes, std::uint16_t flags) {
  const std::uint64_t parts = (text_bytes + kLongestPartBytes - 1) / kLongestPartBytes;
  const std::uint64_t last_bytes = text_bytes - (parts - 1) * kLongestPartBytes;
  constexpr std::uint64_t kWholeBytes = record_bytes(protocol::kLongestPayloadBytes);
  outputs_.resize(begin + (parts - 1) * kWholeBytes + record_bytes(sizeof(LineHeader) + last_bytes),
                  '\0');
  char* const line = outputs_.data() + begin;
  LineHeader line_header{};  // the same in each record
  std::memcpy(&line_header, line + kRecordHeaderBytes, sizeof line_header);
  for (std::uint64_t part = parts; part-- > 0;) {
    const std::uint64_t bytes = part + 1 == parts ? last_bytes : kLongestPartBytes;
    const int place = (part == 0 ? kFirstPart : 0) | (part + 1 == parts ? kLastPart : 0);
    const RecordHeader header{static_cast<std::uint32_t>(sizeof(LineHeader) + bytes), kLine,
                              static_cast<std::uint16_t>(place | flags)};
    char* const record = line + part * kWholeBytes;
    std::memmove(record + kLineOverheadBytes, line + kLineOverheadBytes + part * kLongestPartBytes,
                 bytes);
    std::memcpy(record, &header, sizeof header);
    std::memcpy(record + sizeof header, &line_header, sizeof line_header);
  }
}

}  // namespace hearsay::core
