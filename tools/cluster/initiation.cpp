#include "tools/cluster/initiation.h"

#include <fmt/core.h>

namespace hearsay::cluster {
namespace {

constexpr int kInitId = 1;
constexpr int kTopologyId = 2;

}  // namespace

std::string Initiation::line(const nlohmann::json& body) const {
  return nlohmann::json{{"src", kAsker}, {"dest", node_}, {"body", body}}.dump();
}

Initiation::Step Initiation::begin(const Roster& roster) {
  if (!roster.has(node_)) {
    return {fmt::format("{} is none of the cluster's nodes ({})", node_, in_words(roster.nodes)),
            {}};
  }
  if (state_ == State::refused) return {refusal_, {}};
  if (roster_ == roster) return {};
  if (state_ != State::waiting) {
    const std::string others = roster_ ? in_words(roster_->nodes) : "somebody else's list";
    return {fmt::format("{} works with other nodes or neighbours already ({}); end the nodes and "
                        "attach them anew to change that",
                        node_, others),
            {}};
  }
  roster_ = roster;
  state_ = State::asked;
  return {"",
          {line({{"type", "init"},
                 {"msg_id", kInitId},
                 {"node_id", node_},
                 {"node_ids", roster.nodes}})}};
}

bool Initiation::take_init_line() {
  if (state_ != State::waiting) return false;
  state_ = State::asked;
  by_line_ = true;
  return true;
}

Initiation::Heard Initiation::take_output(const bench::Envelope& said) {
  Heard heard;
  heard.ours = said.dest == kAsker;
  if (state_ != State::asked || (!heard.ours && !by_line_)) return heard;
  if (said.type == "init_ok") {
    state_ = State::ready;
    if (roster_ && !roster_->neighbours.empty()) {
      heard.lines.push_back(
          line({{"type", "topology"}, {"msg_id", kTopologyId}, {"topology", roster_->neighbours}}));
    }
  } else if (said.type == "error" && heard.ours) {
    state_ = State::refused;
    refusal_ = fmt::format("{} refuses its init: {}", node_, said.body);
  }
  return heard;
}

std::string_view name_of(Initiation::State state) {
  switch (state) {
    case Initiation::State::waiting:
      return "waiting";
    case Initiation::State::asked:
      return "asked";
    case Initiation::State::ready:
      return "ready";
    case Initiation::State::refused:
      return "refused";
  }
  return "";
}

}  // namespace hearsay::cluster
