#include "worker/services/seq_kv_counter.h"

#include <array>
#include <iterator>
#include <utility>

#include "common/base/record.h"
#include "common/base/units.h"
#include "common/protocol/array_elements.h"
#include "common/protocol/canonical_json.h"
#include "worker/core/body.h"
#include "worker/core/context.h"
#include "worker/services/store_policy.h"

namespace hearsay::services {
namespace {

using protocol::ErrorCode;

constexpr std::string_view kSeqKv = "seq-kv";
constexpr std::string_view kNothing = "null";
constexpr std::size_t kMostWaiting = 10'000;
constexpr std::int64_t kLargestDelta = 1'000'000'000'000;
constexpr std::int64_t kLargestTotal = 1'000'000'000'000'000'000;
constexpr std::int64_t kRestNs = kNsPerSecond;

// Changes in the journal.
enum CounterChange : std::uint16_t {
  kWaits = 1,  // i64 delta, i64 msg_id, i64 taken_ns, name: an add
  kKnown,      // what the own key has
  kWrites,     // all that waits is part of this value
  kWritten,    // the own key has it
  kGivenBack,  // it never will: its adds wait again
  kRests,      // u8
  kForgotten,  // all of the above
};

// What a request was about.
enum class Question : std::uint32_t { own_value, own_write, fence, value };

struct CounterMemo {
  Question question;
  std::uint32_t node = 0;  // whose value
  std::int64_t sum = 0;    // of the nodes before it
};

std::string canonical_value(std::string_view json) {
  std::string out;
  protocol::append_canonical_json(out, json);
  return out;
}

// The total in a key's value, which is JSON; nothing: it is none of ours.
std::optional<std::int64_t> total_of(std::string_view value) {
  if (value == kNothing) return 0;
  if (!value.starts_with('[')) return std::nullopt;
  std::optional<std::string_view> first;
  protocol::for_each_element(value, [&](std::string_view element) {
    if (!first) first = element;
  });
  if (!first) return std::nullopt;
  const std::array<protocol::Field, 1> fields{{{"total", *first}}};
  protocol::Message holder{};
  holder.fields = fields;
  try {
    const std::int64_t total = core::integer_field(holder, "total");
    if (total < -kLargestTotal || total > kLargestTotal) return std::nullopt;
    return total;
  } catch (const core::BadRequest&) {
    return std::nullopt;
  }
}

// Of any bytes.
bool is_value(std::string_view bytes) {
  return protocol::is_json(bytes) && total_of(bytes).has_value();
}

// The canonical value of a key, "null" if there is none; nothing: the answer says neither.
std::optional<std::string> value_in(const core::Answer& answer) {
  if (answer.error() == ErrorCode::key_does_not_exist) return std::string(kNothing);
  if (!answer.is("read_ok")) return std::nullopt;
  const auto json = answer.message->field("value");
  if (!json) return std::nullopt;
  std::string value = canonical_value(*json);
  if (!total_of(value)) return std::nullopt;
  return value;
}

std::string key_of(std::string_view node) {
  return "counter-" + std::string(node);
}

}  // namespace

std::span<const std::string_view> SeqKvCounter::types() const {
  static constexpr std::array<std::string_view, 2> kTypes{"add", "read"};
  return kTypes;
}

void SeqKvCounter::handle(core::Context& context, const protocol::Message& message) {
  if (message.type == "add") return add(context, message);
  const CounterMemo memo{Question::fence};
  // As the ids of unique_ids: never written before.
  const std::string fresh =
      std::to_string(context.incarnation()) + "-" + std::to_string(context.input_number());
  const core::Asker asker = context.asker(message);
  context.request(
      asker, kSeqKv, "write", bytes_of(memo), repeated_for(asker, context.now_ns()),
      [&](protocol::MessageWriter& body) {
        body.string("key", "fence-" + context.identity().node_id).string("value", fresh);
      });
}

void SeqKvCounter::add(core::Context& context, const protocol::Message& message) {
  const std::int64_t delta = core::integer_field(message, "delta");
  if (delta < -kLargestDelta || delta > kLargestDelta) {
    throw core::BadRequest("body.delta must be at most 1,000,000,000,000");
  }
  if (waiting_.size() == kMostWaiting || !context.may_request()) {
    context.error(message, ErrorCode::temporarily_unavailable, "too many adds wait; not done");
    return;
  }
  const bool was_idle = idle();
  const core::Asker asker = context.asker(message);
  std::string payload(bytes_of(delta));
  payload.append(bytes_of(asker.msg_id)).append(bytes_of(asker.taken_ns)).append(asker.name);
  change(context, kWaits, payload);
  if (!was_idle) return;
  if (known_) {
    write(context);
  } else {
    look_at_own_key(context);
  }
}

void SeqKvCounter::look_at_own_key(core::Context& context) {
  const CounterMemo memo{Question::own_value};
  context.request({}, kSeqKv, "read", bytes_of(memo), kRepeated,
                  [&](protocol::MessageWriter& body) {
                    body.string("key", key_of(context.identity().node_id));
                  });
}

// All that waits, or once more what was being written.
void SeqKvCounter::write(core::Context& context) {
  if (writing_.empty()) {
    std::int64_t total = *total_of(*known_);
    for (const Add& each : waiting_) total += each.delta;
    change(context, kWrites,
           "[" + std::to_string(total) + ",\"" + std::to_string(context.incarnation()) + "-" +
               std::to_string(context.input_number()) + "\"]");
  }
  const CounterMemo memo{Question::own_write};
  context.request({}, kSeqKv, "cas", bytes_of(memo), kRepeated, [&](protocol::MessageWriter& body) {
    body.string("key", key_of(context.identity().node_id));
    body.json("from", *known_).json("to", written_);
    if (*known_ == kNothing) body.json("create_if_not_exists", "true");
  });
}

// What waits may be part of what the key has, and be answered: the lost time may have done it.
void SeqKvCounter::on_new_incarnation(core::Context& context) {
  change(context, kForgotten, {});
}

void SeqKvCounter::on_answer(core::Context& context, const core::Answer& answer) {
  std::string_view memo = answer.memo;
  const auto head = take<CounterMemo>(memo);
  switch (head.question) {
    case Question::own_value:
      if (!idle()) own_key_was_read(context, answer);  // else an earlier incarnation asked
      return;
    case Question::own_write:
      if (!idle()) own_key_was_written(context, answer);
      return;
    case Question::fence:
      if (answer.is("write_ok")) return read_key(context, answer.asker, 0, 0);
      break;
    case Question::value:
      if (value_in(answer)) return key_was_read(context, answer);
      break;
  }
  // A read has done nothing, whatever seq-kv did.
  context.error(answer.asker, ErrorCode::temporarily_unavailable,
                answer.error() ? answer.error_text() : "an answer of seq-kv can't be used");
}

// 20 and 22 may come from an old version, or after an earlier try that was done; the key tells.
void SeqKvCounter::own_key_was_written(core::Context& context, const core::Answer& answer) {
  if (answer.is("cas_ok")) return written(context);
  look_at_own_key(context);
}

void SeqKvCounter::own_key_was_read(core::Context& context, const core::Answer& answer) {
  const auto value = value_in(answer);
  if (!value && answer.message != nullptr) {
    change(context, kRests, bytes_of(std::uint8_t{1}));
    context.wake_at(context.now_ns() + kRestNs, 0);
    return;
  }
  if (!value) return look_at_own_key(context);
  if (!writing_.empty() && *value == written_) return written(context);
  if (!writing_.empty() && *value != *known_) change(context, kGivenBack, {});
  if (known_ != value) change(context, kKnown, *value);
  write(context);
}

void SeqKvCounter::written(core::Context& context) {
  for (const Add& each : writing_) context.reply(each.asker, "add_ok");
  change(context, kWritten, {});
  if (!waiting_.empty()) write(context);
}

void SeqKvCounter::read_key(core::Context& context, const core::Asker& asker, std::uint32_t node,
                            std::int64_t sum) {
  const auto& nodes = context.identity().nodes;
  if (node == nodes.size()) {
    context.reply(asker, "read_ok",
                  [&](protocol::MessageWriter& body) { body.integer("value", sum); });
    return;
  }
  const CounterMemo memo{Question::value, node, sum};
  context.request(asker, kSeqKv, "read", bytes_of(memo), repeated_for(asker, context.now_ns()),
                  [&](protocol::MessageWriter& body) { body.string("key", key_of(nodes[node])); });
}

void SeqKvCounter::key_was_read(core::Context& context, const core::Answer& answer) {
  std::string_view memo = answer.memo;
  const auto head = take<CounterMemo>(memo);
  read_key(context, answer.asker, head.node + 1, head.sum + *total_of(*value_in(answer)));
}

void SeqKvCounter::start(core::Context& context) {
  if (resting_) context.wake_at(context.now_ns() + kRestNs, 0);
}

void SeqKvCounter::on_timer(core::Context& context, std::uint32_t /*token*/) {
  if (!resting_) return;
  change(context, kRests, bytes_of(std::uint8_t{0}));
  look_at_own_key(context);
}

void SeqKvCounter::change(core::Context& context, std::uint16_t kind, std::string_view payload) {
  context.change(kind, payload);
  replay(kind, payload);
}

void SeqKvCounter::replay(std::uint16_t kind, std::string_view payload) {
  switch (kind) {
    case kWaits: {
      Add add{};
      add.delta = take<std::int64_t>(payload);
      add.asker.msg_id = take<std::int64_t>(payload);
      add.asker.taken_ns = take<std::int64_t>(payload);
      add.asker.name = payload;
      waiting_.push_back(std::move(add));
      return;
    }
    case kKnown:
      if (!is_value(payload)) throw CorruptSegment("a value of the own key that can't be");
      known_ = payload;
      return;
    case kWrites:
      if (!known_ || !is_value(payload)) throw CorruptSegment("a write that can't be");
      written_ = payload;
      writing_.insert(writing_.end(), std::make_move_iterator(waiting_.begin()),
                      std::make_move_iterator(waiting_.end()));
      waiting_.clear();
      return;
    case kWritten:
      known_ = std::exchange(written_, {});
      writing_.clear();
      return;
    case kGivenBack:
      written_ = {};
      waiting_.insert(waiting_.begin(), std::make_move_iterator(writing_.begin()),
                      std::make_move_iterator(writing_.end()));
      writing_.clear();
      return;
    case kRests:
      resting_ = take<std::uint8_t>(payload) != 0;
      return;
    case kForgotten:
      waiting_.clear();
      writing_.clear();
      written_ = {};
      known_.reset();
      resting_ = false;
      return;
    default:
      throw CorruptSegment("a change of an unknown kind");
  }
}

void SeqKvCounter::snapshot(const ChangeSink& sink) const {
  const auto put = [&](const std::vector<Add>& adds) {
    for (const Add& each : adds) {
      std::string payload(bytes_of(each.delta));
      payload.append(bytes_of(each.asker.msg_id)).append(bytes_of(each.asker.taken_ns));
      sink(kWaits, payload.append(each.asker.name));
    }
  };
  if (known_) sink(kKnown, *known_);
  put(writing_);
  if (!writing_.empty()) sink(kWrites, written_);
  put(waiting_);
  if (resting_) sink(kRests, bytes_of(std::uint8_t{1}));
}

std::uint64_t SeqKvCounter::snapshot_bytes() const {
  constexpr std::uint64_t kAboutBytes = 48;  // an add
  return kAboutBytes * (waiting_.size() + writing_.size());
}

}  // namespace hearsay::services
