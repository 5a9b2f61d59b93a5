#include "tools/experiment/verdict/kafka/messages.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "tools/experiment/network/large_integers.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench::kafka {
namespace {

std::string name_of_key(const nlohmann::json& key) {
  return key.is_string() ? key.get<std::string>() : key.dump();
}

bool is_number(const std::string& name) {
  return !name.empty() && name.size() < 18 &&
         name.find_first_not_of("0123456789") == std::string::npos;
}

bool comes_before(const std::string& a, const std::string& b) {
  const bool a_is_number = is_number(a);
  if (a_is_number != is_number(b)) return a_is_number;
  return a_is_number ? std::stoull(a) < std::stoull(b) : a < b;
}

}  // namespace

Messages::Messages(const History& history) : history_(history) {
  for (std::size_t i = 0; i < history.operations().size(); ++i) {
    const Operation& operation = history.operations()[i];
    if (!is_client(operation)) continue;
    Action action;
    action.operation = i;
    action.type = operation.type;
    action.process = operation.process;
    action.is_assign = operation.f == "assign" || operation.f == "subscribe";
    if (!action.is_assign && operation.f != "send" && operation.f != "poll" &&
        operation.f != "txn") {
      continue;
    }
    try {
      take(operation, action);
    } catch (const nlohmann::json::exception&) {
      throw CheckerFailed(fmt::format("operation {} ({}) is no list of sends and polls: {:.100}", i,
                                      operation.f, operation.value.dump()));
    }
    actions_.push_back(std::move(action));
  }
  if (!large_offsets_.empty()) order_large_offsets();
}

void Messages::take(const Operation& operation, Action& action) {
  if (action.is_assign) {
    for (const nlohmann::json& key : operation.value) action.keys.push_back(key_of(key));
    return;
  }
  for (const nlohmann::json& step : operation.value) {
    const auto& f = step.at(0).get_ref<const std::string&>();
    if (f == "send" && operation.f != "poll") add_send(action, step);
    if (f == "poll" && operation.f != "send" && step.size() > 1) add_poll(action, step.at(1));
  }
}

// [send, key, value], or the value with its offset: [offset, value].
void Messages::add_send(Action& action, const nlohmann::json& step) {
  const Key key = key_of(step.at(1));
  const nlohmann::json& sent = step.at(2);
  Message message;
  if (sent.is_array()) {
    message.offset = offset_of(sent.at(0));
    message.value = value_of(key, sent.at(1));
  } else {
    message.value = value_of(key, sent);
  }
  add(action.sends, key, {message});
}

// {key: [[offset, value], ...], ...}
void Messages::add_poll(Action& action, const nlohmann::json& polled) {
  if (polled.is_null()) return;
  std::vector<Message> messages;
  for (const auto& [name, pairs] : polled.get_ref<const nlohmann::json::object_t&>()) {
    const Key key = key_named(name);
    messages.clear();
    for (const nlohmann::json& pair : pairs) {
      messages.push_back({offset_of(pair.at(0)), value_of(key, pair.at(1))});
    }
    add(action.polls, key, messages);
  }
}

// To the key's batch, if the operation has one already.
void Messages::add(std::vector<Batch>& batches, Key key, const std::vector<Message>& messages) {
  const auto found = std::find_if(batches.begin(), batches.end(),
                                  [&](const Batch& batch) { return batch.key == key; });
  const std::size_t begin = messages_.size();
  if (found == batches.end()) {
    messages_.insert(messages_.end(), messages.begin(), messages.end());
    batches.push_back({key, begin, messages_.size()});
    return;
  }
  messages_.reserve(messages_.size() + found->end - found->begin + messages.size());
  for (std::size_t i = found->begin; i < found->end; ++i) messages_.push_back(messages_[i]);
  messages_.insert(messages_.end(), messages.begin(), messages.end());
  found->begin = begin;
  found->end = messages_.size();
}

Key Messages::key_of(const nlohmann::json& key) {
  return key_named(name_of_key(key));
}

Key Messages::key_named(const std::string& name) {
  const auto [found, is_new] = key_numbers_.try_emplace(name, keys_.size());
  if (is_new) keys_.emplace_back().name = name;
  return found->second;
}

Value Messages::value_of(Key key, const nlohmann::json& value) {
  KnownKey& known = keys_[key];
  const auto next = static_cast<Value>(known.values.size());
  bool is_new = false;
  Value number = 0;
  if (const auto integer = int64_of(value)) {
    const auto [found, added] = known.numbers.try_emplace(*integer, next);
    is_new = added;
    number = found->second;
  } else {
    const auto [found, added] = known.others.try_emplace(value.dump(), next);
    is_new = added;
    number = found->second;
  }
  if (is_new) known.values.push_back(value);
  return number;
}

std::int64_t Messages::offset_of(const nlohmann::json& offset) {
  if (!is_whole_number(offset)) return kNoOffset;
  const std::int64_t number = clamped_int64(offset);
  if (number < kFirstLargeOffset) return number;
  const std::string digits = name_of_key(offset);
  const auto next = static_cast<std::int64_t>(large_offsets_.size());
  return kFirstLargeOffset +
         large_offsets_.try_emplace({digits.size(), digits}, next).first->second;
}

void Messages::order_large_offsets() {
  std::vector<std::int64_t> places(large_offsets_.size());
  for (const auto& [digits, appeared] : large_offsets_) {
    places[static_cast<std::size_t>(appeared)] = static_cast<std::int64_t>(large_digits_.size());
    large_digits_.push_back(digits.second);
  }
  for (Message& message : messages_) {
    if (message.offset < kFirstLargeOffset) continue;
    const std::int64_t appeared = message.offset - kFirstLargeOffset;
    message.offset = kFirstLargeOffset + places[static_cast<std::size_t>(appeared)];
  }
}

nlohmann::json Messages::offset_json(std::int64_t offset) const {
  if (offset < kFirstLargeOffset) return offset;
  const nlohmann::json digits = large_digits_[static_cast<std::size_t>(offset - kFirstLargeOffset)];
  return is_large_integer(digits) ? digits : nlohmann::json::parse(digits.get<std::string>());
}

nlohmann::json Messages::operation(std::size_t index) const {
  return to_json(history_.operations()[index]);
}

std::vector<Key> Messages::keys_in_order() const {
  std::vector<Key> keys(keys_.size());
  std::iota(keys.begin(), keys.end(), 0U);
  std::sort(keys.begin(), keys.end(),
            [&](Key a, Key b) { return comes_before(keys_[a].name, keys_[b].name); });
  return keys;
}

}  // namespace hearsay::bench::kafka
