// Sends whose messages are not in the log in the order in which they were sent: within one
// operation, and from one to the next of the same process.
#include "tools/experiment/verdict/kafka/jumps.h"

namespace hearsay::bench::kafka {
namespace {

void compare_sends(const Messages& messages, const LogOrder& order, const Action& action,
                   const Batch& batch, const LastOnKeys& lasts, Cases& found) {
  const LastOnKeys::Last* last = lasts.find(action.process, batch.key);
  if (last == nullptr) return;
  Jump jump{batch.key, last->value, messages.first(batch).value, 1};
  jump.delta = step(order.log(batch.key), jump.from, jump.to);
  if (jump.delta >= 1) return;
  found.add(jump.delta, [&messages, jump, from = last->operation, to = action.operation] {
    return nlohmann::json{
        {"key", messages.key_name(jump.key)},
        {"values", ends_of(messages, jump)},
        {"delta", jump.delta},
        {"ops", nlohmann::json::array({messages.operation(from), messages.operation(to)})}};
  });
}

}  // namespace

void find_send_errors(const Messages& messages, const LogOrder& order, Errors& errors) {
  Cases inner_skips;
  Cases inner_nonmonotonic;
  Cases nonmonotonic;
  LastOnKeys lasts;
  for (const Action& action : messages.actions()) {
    if (!action.is_completion()) continue;
    find_inner_jumps(messages, order, action.operation, action.sends, inner_skips,
                     inner_nonmonotonic);
    if (action.type == OperationType::fail) continue;
    if (action.is_assign) lasts.keep(action.process, action.keys);
    for (const Batch& batch : action.sends) {
      compare_sends(messages, order, action, batch, lasts, nonmonotonic);
      lasts.set(action.process, batch.key, {action.operation, messages.last(batch).value});
    }
  }
  add_section(errors, "int-send-skip", inner_skips, kMostShownJumps, Shown::last);
  add_section(errors, "int-nonmonotonic-send", inner_nonmonotonic, kMostShownJumps, Shown::first);
  add_section(errors, "nonmonotonic-send", nonmonotonic, kMostShownJumps, Shown::first);
}

}  // namespace hearsay::bench::kafka
