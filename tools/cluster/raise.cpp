#include "tools/cluster/raise.h"

#include <fmt/core.h>

#include <optional>
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

// Two lists under one name would be two clusters that nobody can tell apart. "" or why not.
std::string refuse_second_list(Watch& watch, const Roster& roster) {
  const std::optional<Roster> running = watch.ask_for_roster();
  if (!running || *running == roster) return "";
  return fmt::format(
      "the cluster works with other nodes or neighbours already ({}), and while it runs that can't "
      "be changed: end its nodes and attach them anew, or attach others under another name "
      "(--cluster)",
      in_words(running->nodes));
}

class Raising {
 public:
  Raising(Watch& watch, const Roster& roster, std::int64_t deadline_ns, std::string_view speaker,
          const GiveUp& give_up)
      : watch_(watch),
        roster_(roster),
        deadline_ns_(deadline_ns),
        speaker_(speaker),
        give_up_(give_up) {}

  // Each "" or what went wrong.
  std::string wait_for_attachments() {
    bench::ProgressLine line(0);
    const auto are_there = [&] {
      if (is_useless()) return true;
      const std::vector<std::string> missing = watch_.missing(roster_.nodes);
      const std::int64_t now_ns = monotonic_ns();
      if (line.is_due(now_ns) && !missing.empty()) {
        line.show(now_ns, fmt::format("{} of {} nodes are there, waiting for {}",
                                      roster_.nodes.size() - missing.size(), roster_.nodes.size(),
                                      in_words(missing)));
      }
      return missing.empty();
    };
    const bool all_there = watch_.look_aloud(deadline_ns_, are_there, [&] {
      line.clear();
      return fmt::format("{}: waits for {}", speaker_, in_words(watch_.missing(roster_.nodes)));
    });
    if (!useless_.empty() || all_there) return useless_;
    return fmt::format("nobody has attached {} in time (hearsay attach --name NAME)",
                       in_words(watch_.missing(roster_.nodes)));
  }

  std::string tell_nodes() {
    for (const std::string& node : roster_.nodes) {
      std::string wrong = tell_node(watch_, node, roster_);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  std::string wait_for_nodes() {
    std::string refusal;
    const auto are_ready = [&] {
      refusal = refusal_in(watch_, roster_);
      return is_useless() || !refusal.empty() || not_ready_of(watch_, roster_).empty();
    };
    const bool all_ready = watch_.look_aloud(deadline_ns_, are_ready, [&] {
      return fmt::format("{}: waits for init_ok from {}", speaker_,
                         in_words(not_ready_of(watch_, roster_)));
    });
    if (!useless_.empty()) return useless_;
    if (!refusal.empty() || all_ready) return refusal;
    return fmt::format("no init_ok in time from {}", in_words(not_ready_of(watch_, roster_)));
  }

 private:
  bool is_useless() {
    if (give_up_) useless_ = give_up_();
    return !useless_.empty();
  }

  Watch& watch_;
  const Roster& roster_;
  std::int64_t deadline_ns_;
  std::string_view speaker_;
  const GiveUp& give_up_;
  std::string useless_;
};

}  // namespace

std::string raise(Watch& watch, const Roster& roster, std::int64_t deadline_ns,
                  std::string_view speaker, const GiveUp& give_up) {
  Raising raising(watch, roster, deadline_ns, speaker, give_up);
  std::string wrong = refuse_second_list(watch, roster);
  if (wrong.empty()) wrong = raising.wait_for_attachments();
  if (wrong.empty()) wrong = refuse_second_list(watch, roster);  // somebody may have been quicker
  if (wrong.empty()) wrong = raising.tell_nodes();
  return wrong.empty() ? raising.wait_for_nodes() : wrong;
}

}  // namespace hearsay::cluster
