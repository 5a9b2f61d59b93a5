#include "worker/gossip/value_record.h"

#include <limits>

#include "common/base/record.h"
#include "common/base/varint.h"

namespace hearsay::gossip {
namespace {

std::uint32_t narrow(std::uint64_t number) {
  if (number <= std::numeric_limits<std::uint32_t>::max())
    return static_cast<std::uint32_t>(number);
  throw CorruptSegment("a number in the journal is too large");
}

}  // namespace

void ValueRecord::append(const ValueItem& item) {
  append_varint(bytes_, fold_sign(item.after_ns));
  append_varint(bytes_, std::uint64_t{item.source_number} * 2 + (item.is_new_source ? 1 : 0));
  if (item.is_new_source) {
    append_varint(bytes_, item.source.rank);
    append_varint(bytes_, item.source.incarnation);
  }
  append_varint(bytes_, item.missing);
  append_varint(bytes_, item.is_known ? std::uint64_t{item.value} * 2 + 1 : item.text.size() * 2);
  bytes_.append(item.text);
}

Fate take_fate(std::string_view& bytes) {
  const auto fate = take<std::uint8_t>(bytes);
  if (fate > static_cast<std::uint8_t>(Fate::owed)) {
    throw CorruptSegment("the journal knows no such fate of values");
  }
  return Fate{fate};
}

ValueItem take_item(std::string_view& bytes) {
  ValueItem item{};
  item.after_ns = unfold_sign(take_varint(bytes));
  const std::uint64_t source = take_varint(bytes);
  item.source_number = narrow(source / 2);
  item.is_new_source = (source & 1) != 0;
  if (item.is_new_source) {
    item.source.rank = narrow(take_varint(bytes));
    item.source.incarnation = take_varint(bytes);
  }
  item.missing = narrow(take_varint(bytes));
  const std::uint64_t text = take_varint(bytes);
  item.is_known = (text & 1) != 0;
  if (item.is_known) {
    item.value = narrow(text / 2);
    return item;
  }
  if (text / 2 > bytes.size()) throw CorruptSegment("a value in the journal is cut off");
  item.text = bytes.substr(0, text / 2);
  bytes.remove_prefix(text / 2);
  return item;
}

}  // namespace hearsay::gossip
