// Messages that should have been polled and were not, and those that never should have been.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/kafka/cases.h"

namespace hearsay::bench::kafka {
namespace {

constexpr std::size_t kMostShownLosses = 32;

// The highest index that was certainly read: of each value that was seen, its first.
std::optional<std::uint32_t> highest_read(const Log& log) {
  std::optional<std::uint32_t> highest;
  for (Value value = 0; value < log.seen.size(); ++value) {
    const std::uint32_t index = log.first_index_of[value];
    if (!log.seen[value] || index == kNowhere) continue;
    if (!highest || index > *highest) highest = index;
  }
  return highest;
}

// The first ok or other poll that showed the value.
nlohmann::json first_reader(const Messages& messages, Key key, Value value) {
  for (const Action& action : messages.actions()) {
    if (!action.is_completion()) continue;
    for (const Batch& batch : action.polls) {
      if (batch.key != key) continue;
      for (std::size_t m = batch.begin; m < batch.end; ++m) {
        if (messages.message(m).value == value) return messages.operation(action.operation);
      }
    }
  }
  return nullptr;
}

// What a poll showed of the key at a negative offset, for which Jepsen has no place.
std::optional<std::int64_t> negative_offset(const Messages& messages, Key key) {
  for (const Action& action : messages.actions()) {
    for (const Batch& batch : action.polls) {
      if (batch.key != key) continue;
      for (std::size_t m = batch.begin; m < batch.end; ++m) {
        if (messages.message(m).offset < kNoOffset) return messages.message(m).offset;
      }
    }
  }
  return std::nullopt;
}

// What nobody got though it was promised: "" or words that follow the others.
std::string words_on_acknowledged(const Messages& messages, Key key) {
  for (const Action& action : messages.actions()) {
    if (action.type != OperationType::ok) continue;
    for (const Batch& batch : action.sends) {
      if (batch.key != key || batch.begin == batch.end) continue;
      const Message& first = messages.message(batch.begin);
      if (first.offset < 0) continue;
      return fmt::format(
          ". {} was acknowledged there at offset {}, and nobody got it: was it kept, and did the "
          "polls begin at the right offset and succeed?",
          messages.value(key, first.value).dump(), first.offset);
    }
  }
  return "";
}

std::string words_without_offset(const Messages& messages, Key key) {
  if (const auto offset = negative_offset(messages, key)) {
    return fmt::format(
        "polls showed messages of key {} at negative offsets only, such as {} (Jepsen's checker "
        "can't do with that: offsets count from 0)",
        messages.key_name(key), *offset);
  }
  return fmt::format(
      "polls answered for key {} and never showed a message with an offset from 0 on (Jepsen's "
      "checker can't do with that: leave such keys out of the answer){}",
      messages.key_name(key), words_on_acknowledged(messages, key));
}

void find_lost(const Messages& messages, const LogOrder& order, Key key, Cases& cases) {
  const Log& log = order.log(key);
  if (!log.polled) return;
  const std::optional<std::uint32_t> bound = highest_read(log);
  if (!bound) throw CheckerFailed(words_without_offset(messages, key));
  for (std::uint32_t index = 0; index <= *bound; ++index) {
    for (const Value value : log.entries[index].values) {
      if (log.last_index_of[value] != index || log.seen[value]) continue;
      const std::uint32_t writer = log.writer[value];
      if (writer == kNowhere) {
        throw CheckerFailed(fmt::format("nobody sent the message {} that a poll of key {} showed",
                                        messages.value(key, value).dump(), messages.key_name(key)));
      }
      const Action& send = messages.actions()[writer];
      if (!order.certainly_happened(send)) continue;
      cases.add(0, [&messages, &log, key, value, top = *bound, sent = send.operation] {
        return nlohmann::json{{"key", messages.key_name(key)},
                              {"value", messages.value(key, value)},
                              {"index", log.first_index_of[value]},
                              {"max-read-index", top},
                              {"writer", messages.operation(sent)},
                              {"max-read", first_reader(messages, key, log.entries[top].value)}};
      });
    }
  }
}

// What was sent and what was polled of one key, by operations that were ok.
struct Seen {
  bool known = false;  // something was sent or polled before
  std::unordered_set<Value> unseen;
  std::unordered_set<Value> polled;
};

// Jepsen's: what is polled of a key that nothing is known of counts as unseen, until the next
// operation.
void take_polls(const Messages& messages, const Action& action, std::vector<Seen>& keys,
                std::vector<Key>& fresh) {
  for (const Batch& batch : action.polls) {
    Seen& seen = keys[batch.key];
    const bool is_fresh = !seen.known;
    if (is_fresh) fresh.push_back(batch.key);
    seen.known = true;
    for (std::size_t m = batch.begin; m < batch.end; ++m) {
      const Value value = messages.message(m).value;
      seen.polled.insert(value);
      if (is_fresh) seen.unseen.insert(value);
      if (!is_fresh) seen.unseen.erase(value);
    }
  }
}

void take_sends(const Messages& messages, const Action& action, std::vector<Seen>& keys) {
  for (const Batch& batch : action.sends) {
    Seen& seen = keys[batch.key];
    seen.known = true;
    for (std::size_t m = batch.begin; m < batch.end; ++m) {
      const Value value = messages.message(m).value;
      if (seen.polled.count(value) == 0) seen.unseen.insert(value);
    }
  }
}

nlohmann::json sorted_unseen(const Messages& messages, Key key, const Seen& seen) {
  nlohmann::json::array_t values;
  for (const Value value : seen.unseen) values.push_back(messages.value(key, value));
  std::sort(values.begin(), values.end());
  if (values.size() > kMostShownLosses) values.resize(kMostShownLosses);
  return values;
}

// What a failed send sent.
void find_aborted(const Messages& messages, const Log& log, const Action& poll, const Batch& batch,
                  Cases& cases) {
  for (std::size_t m = batch.begin; m < batch.end; ++m) {
    const Value value = messages.message(m).value;
    if (!log.failed[value]) continue;
    cases.add(0, [&messages, &log, key = batch.key, value, reader = poll.operation] {
      const Action& writer = messages.actions()[log.writer[value]];
      return nlohmann::json{{"key", messages.key_name(key)},
                            {"value", messages.value(key, value)},
                            {"writer", messages.operation(writer.operation)},
                            {"reader", messages.operation(reader)}};
    });
  }
}

// What the transaction itself sent: nobody may be shown it before it has ended.
void find_own(const Messages& messages, const Action& action, const Batch& batch, Cases& cases) {
  for (const Batch& sent : action.sends) {
    if (sent.key != batch.key) continue;
    std::unordered_set<Value> own;
    for (std::size_t m = sent.begin; m < sent.end; ++m) own.insert(messages.message(m).value);
    for (std::size_t m = batch.begin; m < batch.end; ++m) {
      const Value value = messages.message(m).value;
      if (own.count(value) == 0) continue;
      cases.add(0, [&messages, key = batch.key, value, at = action.operation] {
        return nlohmann::json{{"op", messages.operation(at)},
                              {"key", messages.key_name(key)},
                              {"value", messages.value(key, value)}};
      });
      return;
    }
  }
}

}  // namespace

void find_losses(const Messages& messages, const LogOrder& order, Errors& errors) {
  Cases cases;
  for (const Key key : messages.keys_in_order()) find_lost(messages, order, key, cases);
  add_section(errors, "lost-write", cases, kMostShownLosses, Shown::first);
}

void find_unseen(const Messages& messages, Errors& errors) {
  std::vector<Seen> keys(messages.key_count());
  std::vector<Key> fresh;
  std::int64_t time = 0;
  for (const Action& action : messages.actions()) {
    if (action.is_assign || action.type != OperationType::ok) continue;
    for (const Key key : fresh) keys[key].unseen.clear();
    fresh.clear();
    take_sends(messages, action, keys);
    take_polls(messages, action, keys, fresh);
    time = messages.history().operations()[action.operation].time_ns;
  }
  nlohmann::json counts = nlohmann::json::object();
  nlohmann::json unseen = nlohmann::json::object();
  for (Key key = 0; key < keys.size(); ++key) {
    if (keys[key].unseen.empty()) continue;
    counts[messages.key_name(key)] = keys[key].unseen.size();
    unseen[messages.key_name(key)] = sorted_unseen(messages, key, keys[key]);
  }
  if (counts.empty()) return;
  errors["unseen"] = {{"time", time}, {"unseen", counts}, {"messages", unseen}};
}

void find_aborted_reads(const Messages& messages, const LogOrder& order, Errors& errors) {
  Cases aborted;
  Cases precommitted;
  for (const Action& action : messages.actions()) {
    for (const Batch& batch : action.polls) {
      if (action.type == OperationType::ok) {
        find_aborted(messages, order.log(batch.key), action, batch, aborted);
      }
      find_own(messages, action, batch, precommitted);
    }
  }
  add_section(errors, "G1a", aborted, kMostShownLosses, Shown::first);
  add_section(errors, "precommitted-read", precommitted, kMostShownLosses, Shown::first);
}

}  // namespace hearsay::bench::kafka
