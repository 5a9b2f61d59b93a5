// A history of sends and polls in a compact form: keys and values are numbers.
//
// Values are numbered for each key by itself, from 0. A batch is all that one operation sent to, or
// polled of, one key, in order. Immutable once built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench::kafka {

using Key = std::uint32_t;
using Value = std::uint32_t;

inline constexpr std::int64_t kNoOffset = -1;
// From here on an offset stands for a number as large or larger: those of a history, by size. There
// is room for more of them than a history has messages.
inline constexpr std::int64_t kFirstLargeOffset =
    std::numeric_limits<std::int64_t>::max() - (std::int64_t{1} << 32U);

struct Message {
  std::int64_t offset = kNoOffset;
  Value value = 0;
};

struct Batch {
  Key key = 0;
  std::size_t begin = 0;  // of messages()
  std::size_t end = 0;
};

// What one operation of the history did.
struct Action {
  std::size_t operation = 0;
  OperationType type = OperationType::invoke;
  std::int64_t process = 0;
  bool is_assign = false;  // or a subscription; then `keys` counts, else sends and polls
  std::vector<Key> keys;
  std::vector<Batch> sends;
  std::vector<Batch> polls;

  bool is_completion() const { return type != OperationType::invoke; }
};

class Messages {
 public:
  // `history` outlives this. Throws CheckerFailed if a value is no list of sends and polls.
  explicit Messages(const History& history);

  const History& history() const { return history_; }
  // Of clients, in the order of the history; of sends, polls, transactions and assignments only.
  const std::vector<Action>& actions() const { return actions_; }
  const Message& message(std::size_t index) const { return messages_[index]; }
  const Message& first(const Batch& batch) const { return messages_[batch.begin]; }
  const Message& last(const Batch& batch) const { return messages_[batch.end - 1]; }

  std::size_t key_count() const { return keys_.size(); }
  std::size_t value_count(Key key) const { return keys_[key].values.size(); }
  const std::string& key_name(Key key) const { return keys_[key].name; }
  const nlohmann::json& value(Key key, Value value) const { return keys_[key].values[value]; }
  nlohmann::json operation(std::size_t index) const;
  // The number that a node gave.
  nlohmann::json offset_json(std::int64_t offset) const;
  // Numbers before words.
  std::vector<Key> keys_in_order() const;

 private:
  struct KnownKey {
    std::string name;
    std::vector<nlohmann::json> values;
    std::unordered_map<std::int64_t, Value> numbers;
    std::unordered_map<std::string, Value> others;
  };
  Key key_of(const nlohmann::json& key);
  Key key_named(const std::string& name);
  Value value_of(Key key, const nlohmann::json& value);
  std::int64_t offset_of(const nlohmann::json& offset);
  void order_large_offsets();
  void take(const Operation& operation, Action& action);
  void add_send(Action& action, const nlohmann::json& step);
  void add_poll(Action& action, const nlohmann::json& step);
  void add(std::vector<Batch>& batches, Key key, const std::vector<Message>& messages);

  const History& history_;
  std::vector<Action> actions_;
  std::vector<Message> messages_;
  // By size: their number, in the order of their appearance. Then the digits in the order of size.
  std::map<std::pair<std::size_t, std::string>, std::int64_t> large_offsets_;
  std::vector<std::string> large_digits_;
  std::vector<KnownKey> keys_;
  std::unordered_map<std::string, Key> key_numbers_;
};

}  // namespace hearsay::bench::kafka
