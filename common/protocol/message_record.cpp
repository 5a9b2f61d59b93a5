#include "common/protocol/message_record.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "common/base/check.h"

namespace hearsay::protocol {
namespace {

// A record, in bytes:
//
//   0      header
//   40     src, dest, type: first, so that the first part of a long message says whose it is
//   then   field_count x FieldEntry, and for each field its name and its JSON; nothing between,
//          nothing behind
struct Header {
  std::uint32_t record_bytes;  // the whole record
  std::uint32_t flags;
  std::int64_t msg_id;       // 0 without kHasMsgId
  std::int64_t in_reply_to;  // 0 without kHasInReplyTo
  std::uint32_t src_bytes;
  std::uint32_t dest_bytes;
  std::uint32_t type_bytes;
  std::uint32_t field_count;
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 40);
static_assert(std::has_unique_object_representations_v<Header>, "no padding");
static_assert(offsetof(Header, msg_id) == 8 && offsetof(Header, in_reply_to) == 16);
static_assert(offsetof(Header, src_bytes) == 24 && offsetof(Header, field_count) == 36);

struct FieldEntry {
  std::uint32_t name_bytes;
  std::uint32_t json_bytes;
};
static_assert(std::is_trivially_copyable_v<FieldEntry> && sizeof(FieldEntry) == 8);

static_assert(std::endian::native == std::endian::little, "records are copied as they lie");

constexpr std::uint32_t kHasMsgId = 1;
constexpr std::uint32_t kHasInReplyTo = 2;

template <typename T>
void append_bytes(std::string& out, const T& value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

std::uint32_t narrow(std::size_t bytes) {
  HEARSAY_CHECK(bytes <= std::numeric_limits<std::uint32_t>::max(), "a message below 4 GiB");
  return static_cast<std::uint32_t>(bytes);
}

std::size_t record_bytes(const Message& message) {
  std::size_t bytes = sizeof(Header) + message.fields.size() * sizeof(FieldEntry) +
                      message.src.size() + message.dest.size() + message.type.size();
  for (const Field& field : message.fields) bytes += field.name.size() + field.json.size();
  return bytes;
}

// Takes pieces off the front of some bytes; once one is missing, every later one is too.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T value() {
    T result{};
    const std::string_view bytes = text(sizeof result);
    if (bytes.size() == sizeof result) std::memcpy(&result, bytes.data(), sizeof result);
    return result;
  }

  std::string_view text(std::size_t bytes) {
    if (bytes > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view result = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return result;
  }

  bool failed() const { return failed_; }
  std::size_t rest_bytes() const { return rest_.size(); }
  bool at_exact_end() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

bool plausible(const Header& header) {
  return (header.flags & ~(kHasMsgId | kHasInReplyTo)) == 0 &&
         ((header.flags & kHasMsgId) != 0 || header.msg_id == 0) &&
         ((header.flags & kHasInReplyTo) != 0 || header.in_reply_to == 0) && header.src_bytes > 0 &&
         header.dest_bytes > 0;
}

std::optional<Message> read_head(Reader& reader, const Header& header) {
  if (!plausible(header)) return std::nullopt;
  Message message;
  message.src = reader.text(header.src_bytes);
  message.dest = reader.text(header.dest_bytes);
  message.type = reader.text(header.type_bytes);
  if ((header.flags & kHasMsgId) != 0) message.msg_id = header.msg_id;
  if ((header.flags & kHasInReplyTo) != 0) message.in_reply_to = header.in_reply_to;
  if (reader.failed()) return std::nullopt;
  return message;
}

}  // namespace

void append_message_record(std::string& out, const Message& message) {
  const std::size_t bytes = record_bytes(message);
  out.reserve(out.size() + bytes);
  Header header{};
  header.record_bytes = narrow(bytes);
  header.flags = (message.msg_id ? kHasMsgId : 0U) | (message.in_reply_to ? kHasInReplyTo : 0U);
  header.msg_id = message.msg_id.value_or(0);
  header.in_reply_to = message.in_reply_to.value_or(0);
  header.src_bytes = narrow(message.src.size());
  header.dest_bytes = narrow(message.dest.size());
  header.type_bytes = narrow(message.type.size());
  header.field_count = narrow(message.fields.size());
  append_bytes(out, header);
  out.append(message.src).append(message.dest).append(message.type);
  for (const Field& field : message.fields) {
    append_bytes(out, FieldEntry{narrow(field.name.size()), narrow(field.json.size())});
  }
  for (const Field& field : message.fields) out.append(field.name).append(field.json);
}

std::optional<Message> decode_message_head(std::string_view bytes) {
  Reader reader(bytes);
  return read_head(reader, reader.value<Header>());
}

std::optional<Message> decode_message_record(std::string_view bytes, std::vector<Field>& fields) {
  fields.clear();
  Reader reader(bytes);
  const auto header = reader.value<Header>();
  if (header.record_bytes != bytes.size()) return std::nullopt;
  auto message = read_head(reader, header);
  if (!message) return std::nullopt;
  if (header.field_count > reader.rest_bytes() / sizeof(FieldEntry)) return std::nullopt;
  Reader entries(reader.text(header.field_count * sizeof(FieldEntry)));
  fields.reserve(header.field_count);
  for (std::uint32_t i = 0; i < header.field_count; ++i) {
    const auto entry = entries.value<FieldEntry>();
    const std::string_view name = reader.text(entry.name_bytes);
    fields.push_back({name, reader.text(entry.json_bytes)});
  }
  if (!reader.at_exact_end()) {
    fields.clear();
    return std::nullopt;
  }
  message->fields = fields;
  return message;
}

}  // namespace hearsay::protocol
