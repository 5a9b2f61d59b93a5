#include "tools/cluster/raise.h"

#include <fmt/core.h>

#include <vector>

#include "common/base/clock.h"
#include "tools/cluster/initiation.h"
#include "tools/cluster/json_text.h"
#include "tools/console/tell.h"

namespace hearsay::cluster {
namespace {

std::vector<std::string> not_ready_of(const Watch& watch, const Roster& roster) {
  std::vector<std::string> nodes;
  for (const std::string& node : roster.nodes) {
    const auto seen = watch.seen().find(node);
    if (seen == watch.seen().end() ||
        seen->second.presence.state != name_of(Initiation::State::ready)) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

// The first that refused its init, and why.
std::string refusal_in(const Watch& watch, const Roster& roster) {
  for (const std::string& node : roster.nodes) {
    const auto seen = watch.seen().find(node);
    if (seen == watch.seen().end()) continue;
    if (seen->second.presence.state == name_of(Initiation::State::refused)) {
      return seen->second.presence.why;
    }
  }
  return "";
}

// "" or why not. To be told twice changes nothing.
std::string tell_node(Watch& watch, const std::string& node, const Roster& roster) {
  const nlohmann::json answer = watch.ask(node, {{"ask", "begin"}, {"roster", to_json(roster)}});
  return answer.is_null() ? fmt::format("{} does not answer any more", node)
                          : text_at(answer, "wrong");
}

}  // namespace

std::string raise(Watch& watch, const Roster& roster, std::int64_t deadline_ns,
                  std::string_view speaker, const GiveUp& give_up) {
  bench::ProgressLine line(0);
  std::string useless;
  const auto is_useless = [&] {
    if (give_up) useless = give_up();
    return !useless.empty();
  };
  const auto are_there = [&] {
    if (is_useless()) return true;
    const std::vector<std::string> missing = watch.missing(roster.nodes);
    const std::int64_t now_ns = monotonic_ns();
    if (line.is_due(now_ns) && !missing.empty()) {
      line.show(now_ns, fmt::format("{} of {} nodes are there, waiting for {}",
                                    roster.nodes.size() - missing.size(), roster.nodes.size(),
                                    in_words(missing)));
    }
    return missing.empty();
  };
  const bool all_there = watch.look_aloud(deadline_ns, are_there, [&] {
    line.clear();
    return fmt::format("{}: waits for {}", speaker, in_words(watch.missing(roster.nodes)));
  });
  line.clear();
  if (!useless.empty()) return useless;
  if (!all_there) {
    return fmt::format("nobody has attached {} in time (hearsay attach --name NAME)",
                       in_words(watch.missing(roster.nodes)));
  }
  for (const std::string& node : roster.nodes) {
    std::string wrong = tell_node(watch, node, roster);
    if (!wrong.empty()) return wrong;
  }
  std::string refusal;
  const auto are_ready = [&] {
    refusal = refusal_in(watch, roster);
    return is_useless() || !refusal.empty() || not_ready_of(watch, roster).empty();
  };
  const bool all_ready = watch.look_aloud(deadline_ns, are_ready, [&] {
    return fmt::format("{}: waits for init_ok from {}", speaker,
                       in_words(not_ready_of(watch, roster)));
  });
  if (!useless.empty()) return useless;
  if (!refusal.empty() || all_ready) return refusal;
  return fmt::format("no init_ok in time from {}", in_words(not_ready_of(watch, roster)));
}

}  // namespace hearsay::cluster
