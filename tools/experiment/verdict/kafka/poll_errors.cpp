// Polls that leave something out or go back: within one operation, and from one to the next of the
// same process, as long as no assignment takes the key away in between.
#include "tools/experiment/verdict/kafka/jumps.h"

namespace hearsay::bench::kafka {
namespace {

struct OuterJumps {
  Cases skips;
  Cases nonmonotonic;
};

void compare_with_last(const Messages& messages, const LogOrder& order, const Action& action,
                       const Batch& batch, const LastOnKeys& lasts, OuterJumps& found) {
  const LastOnKeys::Last* last = lasts.find(action.process, batch.key);
  if (last == nullptr) return;
  const Log& log = order.log(batch.key);
  Jump jump{batch.key, last->value, std::nullopt, 1};
  if (batch.begin < batch.end) jump.to = messages.first(batch).value;
  jump.delta = step(log, jump.from, jump.to);
  if (jump.delta == 1) return;
  const bool is_skip = jump.delta > 1;
  (is_skip ? found.skips : found.nonmonotonic)
      .add(jump.delta, [&messages, &log, jump, is_skip, from = last->operation,
                        to = action.operation] {
        nlohmann::json json = {
            {"key", messages.key_name(jump.key)},
            {"delta", jump.delta},
            {"ops", nlohmann::json::array({messages.operation(from), messages.operation(to)})}};
        if (is_skip) json["skipped"] = skipped_by(messages, log, jump);
        if (!is_skip) json["values"] = ends_of(messages, jump);
        return json;
      });
}

}  // namespace

void find_poll_errors(const Messages& messages, const LogOrder& order, Errors& errors) {
  Cases inner_skips;
  Cases inner_nonmonotonic;
  OuterJumps outer;
  LastOnKeys lasts;
  for (const Action& action : messages.actions()) {
    if (action.is_assign) {
      const bool counts = action.type == OperationType::ok || action.type == OperationType::info;
      if (counts) lasts.keep(action.process, action.keys);
      continue;
    }
    find_inner_jumps(messages, order, action.operation, action.polls, inner_skips,
                     inner_nonmonotonic);
    for (const Batch& batch : action.polls) {
      compare_with_last(messages, order, action, batch, lasts, outer);
    }
    if (action.type != OperationType::ok) continue;
    for (const Batch& batch : action.polls) {
      std::optional<Value> value;
      if (batch.begin < batch.end) value = messages.last(batch).value;
      lasts.set(action.process, batch.key, {action.operation, value});
    }
  }
  add_section(errors, "int-poll-skip", inner_skips, kMostShownJumps, Shown::last);
  add_section(errors, "int-nonmonotonic-poll", inner_nonmonotonic, kMostShownJumps, Shown::first);
  add_section(errors, "poll-skip", outer.skips, kMostShownJumps, Shown::last);
  add_section(errors, "nonmonotonic-poll", outer.nonmonotonic, kMostShownJumps, Shown::first);
}

}  // namespace hearsay::bench::kafka
