#include "tools/experiment/verdict/kafka/jumps.h"

namespace hearsay::bench::kafka {
namespace {

nlohmann::json as_json(const Messages& messages, Key key, std::optional<Value> value) {
  return value ? messages.value(key, *value) : nlohmann::json();
}

}  // namespace

nlohmann::json ends_of(const Messages& messages, const Jump& jump) {
  return nlohmann::json::array(
      {as_json(messages, jump.key, jump.from), as_json(messages, jump.key, jump.to)});
}

nlohmann::json skipped_by(const Messages& messages, const Log& log, const Jump& jump) {
  nlohmann::json skipped = nlohmann::json::array();
  for (std::uint32_t index = log.index_of[*jump.from] + 1; index < log.index_of[*jump.to];
       ++index) {
    skipped.push_back(messages.value(jump.key, log.entries[index].value));
  }
  return skipped;
}

void find_inner_jumps(const Messages& messages, const LogOrder& order, std::size_t operation,
                      const std::vector<Batch>& batches, Cases& skips, Cases& nonmonotonic) {
  for (const Batch& batch : batches) {
    const Log& log = order.log(batch.key);
    for (std::size_t m = batch.begin; m + 1 < batch.end; ++m) {
      Jump jump{batch.key, messages.message(m).value, messages.message(m + 1).value, 1};
      jump.delta = step(log, jump.from, jump.to);
      if (jump.delta == 1) continue;
      const bool is_skip = jump.delta > 1;
      (is_skip ? skips : nonmonotonic).add(jump.delta, [&messages, &log, jump, operation, is_skip] {
        nlohmann::json json = {{"key", messages.key_name(jump.key)},
                               {"values", ends_of(messages, jump)},
                               {"delta", jump.delta},
                               {"op", messages.operation(operation)}};
        if (is_skip) json["skipped"] = skipped_by(messages, log, jump);
        return json;
      });
    }
  }
}

const LastOnKeys::Last* LastOnKeys::find(std::int64_t process, Key key) const {
  const auto keys = lasts_.find(process);
  if (keys == lasts_.end()) return nullptr;
  const auto found = keys->second.find(key);
  return found == keys->second.end() ? nullptr : &found->second;
}

void LastOnKeys::keep(std::int64_t process, const std::vector<Key>& keys) {
  const auto found = lasts_.find(process);
  if (found == lasts_.end()) return;
  std::unordered_map<Key, Last> kept;
  for (const Key key : keys) {
    const auto last = found->second.find(key);
    if (last != found->second.end()) kept.insert(*last);
  }
  found->second = std::move(kept);
}

}  // namespace hearsay::bench::kafka
